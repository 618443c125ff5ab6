package worktree

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// patience is how long an interrupted process may take to end.
const patience = 60 * time.Second

// Run runs a command in the copy and returns what it wrote to standard output, and
// to both. An env of nil is the caller's. When the context ends, the command ends
// with all that it runs.
func (c Copy) Run(ctx context.Context, env []string, name string, args ...string) (stdout, all string, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = c.Dir, env
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out, both Transcript
	cmd.Stdout, cmd.Stderr = tee{&out, &both}, &both
	err = cmd.Run()
	return out.String(), both.String(), err
}

// ownGroup has a command lead a process group, as in a terminal: a signal to the
// group reaches whatever it runs too.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// tee writes to two transcripts.
type tee [2]*Transcript

func (t tee) Write(p []byte) (int, error) {
	t[0].Write(p)
	return t[1].Write(p)
}

// Transcript keeps what is written to it, from any goroutine.
type Transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *Transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String is all that was written so far.
func (t *Transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// Process is a command that runs on its own.
type Process struct {
	// Out is what it writes, to standard output and standard error.
	Out *Transcript

	cmd    *exec.Cmd
	exited chan struct{}
	err    error // its result; read it after exited is closed
}

// Start starts a command in the copy, to be ended by an interrupt or by itself.
func (c Copy) Start(env []string, name string, args ...string) (*Process, error) {
	p := &Process{Out: new(Transcript), cmd: exec.Command(name, args...), exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = c.Dir, env
	p.cmd.Stdout, p.cmd.Stderr = p.Out, p.Out
	p.cmd.SysProcAttr = ownGroup()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// Pid is the process's id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Exited is closed when the process has ended, by itself or by an interrupt.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Err is the result of a process that has ended.
func (p *Process) Err() error { return p.err }

// Interrupt is Ctrl-C. It returns when the process has ended; an error says that it
// had to be killed.
func (p *Process) Interrupt() error {
	_ = syscall.Kill(-p.Pid(), syscall.SIGINT) // it may have ended
	select {
	case <-p.exited:
		return nil
	case <-time.After(patience):
		_ = syscall.Kill(-p.Pid(), syscall.SIGKILL)
		<-p.exited
		return fmt.Errorf("%s did not end within %v of Ctrl-C and said:\n%s", p.cmd, patience, p.Out)
	}
}
