package harness

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
)

// Patience is how long tests wait for what takes seconds on an idle machine, or a minute if it
// compiles everything, so that no test fails because a machine is slow.
const Patience = 15 * time.Minute

// Eventually waits for a condition.
func Eventually(t testing.TB, condition func() bool, message string, args ...any) {
	t.Helper()
	require.Eventuallyf(t, condition, Patience, 20*time.Millisecond, message, args...)
}

// Process is a command in a process group of its own, as in a terminal: a signal to it
// reaches all processes that it starts.
type Process struct {
	Out    runtimeapi.Log // what it has written to standard output and standard error
	Stdout runtimeapi.Log // to standard output alone

	cmd    *exec.Cmd
	exited chan struct{}
	err    error // read it after exited is closed
}

// Start starts a command in the tree. An env of nil is the caller's.
func (t Tree) Start(env []string, name string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(name, args...), exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = t.Dir, env
	p.cmd.Stdout, p.cmd.Stderr = io.MultiWriter(&p.Stdout, &p.Out), &p.Out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// Run runs a command in the tree until it ends, or kills it when the context or the
// patience ends first. The error has what it wrote.
func (t Tree) Run(ctx context.Context, env []string, name string, args ...string) (*Process, error) {
	p, err := t.Start(env, name, args...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if p.end(ctx); p.err != nil {
		return p, fmt.Errorf("%s: %w\n%s", p.cmd, p.err, p.Out.Text())
	}
	return p, nil
}

// Command runs a command in the tree, which must succeed, and logs its time.
func (t Tree) Command(tb testing.TB, name string, args ...string) *Process {
	tb.Helper()
	started := time.Now()
	p, err := t.Run(tb.Context(), nil, name, args...)
	require.NoError(tb, err)
	tb.Logf("%5.1f s  %s", time.Since(started).Seconds(), p.cmd)
	return p
}

// Interrupt is Ctrl-C. It returns when the process has ended; it is an error if the
// process had to be killed.
func (p *Process) Interrupt() error {
	p.signal(syscall.SIGINT)
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if !p.end(ctx) {
		return fmt.Errorf("%s did not end by an interrupt, and wrote:\n%s", p.cmd, p.Out.Text())
	}
	return nil
}

// end waits until the process has ended and reports whether that was by itself: it is
// killed when the context ends first.
func (p *Process) end(ctx context.Context) bool {
	select {
	case <-p.exited:
		return true
	case <-ctx.Done():
		p.signal(syscall.SIGKILL)
		<-p.exited
		return false
	}
}

func (p *Process) signal(s syscall.Signal) { _ = syscall.Kill(-p.Pid(), s) } // it may have ended

// Pid is the process's id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }
