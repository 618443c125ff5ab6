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
	"users-api/scripts/internal/process"
)

// Patience is how long tests wait for what takes seconds on an idle machine, or a minute if it
// compiles everything, so that no test fails because a machine is slow.
const Patience = 15 * time.Minute

// Eventually waits for a condition.
func Eventually(t testing.TB, condition func() bool, message string, args ...any) {
	t.Helper()
	require.Eventuallyf(t, condition, Patience, 20*time.Millisecond, message, args...)
}

// Process is a command that runs in a tree.
type Process struct {
	*process.Process
	Out    runtimeapi.Log // what it has written to standard output and standard error
	Stdout runtimeapi.Log // to standard output alone
}

// Start starts a command in the tree. An env of nil is the caller's.
func (t Tree) Start(env []string, name string, args ...string) (p *Process, err error) {
	p = &Process{}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = t.Dir, env
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&p.Stdout, &p.Out), &p.Out
	p.Process, err = process.Start(cmd)
	return p, err
}

// Run runs a command in the tree until it ends. The error has what it wrote.
func (t Tree) Run(ctx context.Context, env []string, name string, args ...string) (*Process, error) {
	p, err := t.Start(env, name, args...)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if err := p.Wait(ctx); err != nil {
		return p, fmt.Errorf("%s: %w\n%s", p, err, p.Out.Text())
	}
	return p, nil
}

// Command runs a command in the tree, which must succeed, and logs its time.
func (t Tree) Command(tb testing.TB, name string, args ...string) *Process {
	tb.Helper()
	started := time.Now()
	p, err := t.Run(tb.Context(), nil, name, args...)
	if err != nil {
		tb.Fatal(err) // whole: require would cut what the command wrote
	}
	tb.Logf("%5.1f s  %s", time.Since(started).Seconds(), p)
	return p
}

// Interrupt is Ctrl-C. It returns when the process has ended; it is an error if the
// process had to be killed.
func (p *Process) Interrupt() error {
	if err := p.Stop(syscall.SIGINT, Patience); err != nil {
		return fmt.Errorf("%s did not end by an interrupt, and wrote:\n%s", p, p.Out.Text())
	}
	return nil
}
