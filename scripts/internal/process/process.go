// Package process runs commands in process groups of their own, as in a terminal: a signal reaches
// all processes that a command starts.
package process

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// Process is a command that was started, the leader of its group.
type Process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // read it after exited is closed
}

// Start starts a command.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, exited: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// supervisor is a shell script that becomes the command in its arguments. It leaves a process
// behind that waits until standard input closes, and then ends the group.
const supervisor = `exec 9<&0
(read -r _ <&9; kill -TERM 0) >/dev/null 2>&1 &
exec "$@" </dev/null 9<&-`

// Supervised returns a command whose group gets a SIGTERM when this process ends, also by a kill:
// the kernel then closes the pipe that is the command's standard input.
// Linux's Pdeathsig does not work here: it also kills a child when the thread that started it ends, and
// Go ends threads.
func Supervised(name string, args ...string) (*exec.Cmd, error) {
	if _, err := exec.LookPath(name); err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", append([]string{"-c", supervisor, name, name}, args...)...)
	_, err := cmd.StdinPipe() // stays open until Wait returns
	return cmd, err
}

// FreePort returns a port that is free at all addresses of this machine, for a server that has to be
// told its port. It is below those that Linux and macOS hand out, so no other program is given it
// before the server takes it.
func FreePort() (string, error) {
	for {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		l, err := net.Listen("tcp", ":"+port)
		if err == nil {
			return port, l.Close()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return "", fmt.Errorf("find a free port: %w", err)
		}
	}
}

// startTimeout is far beyond the seconds that a server's start takes.
const startTimeout = 5 * time.Minute

// Serve starts a server and waits until it answers to a GET of a URL with a status.
func Serve(ctx context.Context, cmd *exec.Cmd, url string, status int) (*Process, error) {
	p, err := Start(cmd)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	client := http.Client{Timeout: 10 * time.Second} // another program may keep silent
	err = p.Await(ctx, func() bool {
		resp, err := client.Get(url)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == status
	})
	if err != nil {
		p.Kill()
	}
	return p, err
}

// Pid is the process's id, and that of its group.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// String is the command line.
func (p *Process) String() string { return p.cmd.String() }

// Exited is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Wait waits until the process has ended. It kills the group if the context ends first.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.exited:
		return p.err
	case <-ctx.Done():
		p.Kill()
		return ctx.Err()
	}
}

// Await waits until a condition holds. It is an error if the process or the context ends first.
func (p *Process) Await(ctx context.Context, condition func() bool) error {
	for !condition() {
		select {
		case <-p.exited:
			return fmt.Errorf("it ended: %v", p.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("it is not ready: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Stop sends a signal to the group and waits until the process has ended. It kills the group
// after the timeout, which is an error.
func (p *Process) Stop(s syscall.Signal, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	p.signal(s)
	_ = p.Wait(ctx) // the status after a signal says nothing
	return ctx.Err()
}

// Kill kills what is left of the group.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.exited
}

func (p *Process) signal(s syscall.Signal) { _ = syscall.Kill(-p.Pid(), s) } // it may have ended
