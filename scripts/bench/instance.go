package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// instance is one running process of a function, as Lambda has one per
// concurrent request.
type instance struct {
	api     *runtimeAPI
	cmd     *exec.Cmd
	limiter limiter
	logs    *tail
	started time.Time
	exited  chan struct{}
}

// limiter holds a process to a share of the CPU.
type limiter interface {
	// start starts the process, with the whole CPU, and returns when that was.
	start(cmd *exec.Cmd) (began time.Time, err error)
	// limit gives it a share of a core from now on.
	limit(share float64, period time.Duration) error
	// remove is for when the process is gone.
	remove() error
}

// unlimited is a limiter where the machine allows none.
type unlimited struct{}

func (unlimited) start(cmd *exec.Cmd) (time.Time, error) { return time.Now(), cmd.Start() }
func (unlimited) limit(float64, time.Duration) error     { return nil }
func (unlimited) remove() error                          { return nil }

// startInstance starts the process; awaitEvent then tells when it has initialised.
func startInstance(cmd *exec.Cmd, l limiter) (*instance, error) {
	api, err := newRuntimeAPI()
	if err != nil {
		return nil, err
	}
	i := &instance{api: api, cmd: cmd, limiter: l, logs: &tail{}, exited: make(chan struct{})}
	cmd.Env = append(cmd.Env, "AWS_LAMBDA_RUNTIME_API="+api.address())
	cmd.Stdout, cmd.Stderr = i.logs, i.logs
	err = onFewCores(func() (err error) {
		i.started, err = l.start(cmd)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", cmd.Path, err), api.close())
	}
	go func() {
		_ = cmd.Wait() // it is killed in the end, so this says nothing
		close(i.exited)
	}()
	return i, nil
}

// awaitEvent returns when the function asked for its next event: the first time
// this is the end of its initialisation.
func (i *instance) awaitEvent(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, invokeTimeout)
	defer cancel()
	select {
	case at := <-i.api.asked:
		return at, nil
	case err := <-i.api.failed:
		return time.Time{}, err
	case <-i.exited:
		return time.Time{}, fmt.Errorf("the function ended (%v); its log:\n%s", i.cmd.ProcessState, i.logs)
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("the function does not ask for an event: %w; its log:\n%s", context.Cause(ctx), i.logs)
	}
}

// request sends an event, checks the answer and waits until the function asks
// for the next. It returns the answer, and the time and the CPU time it took.
func (i *instance) request(ctx context.Context, event []byte) (body []byte, wall, cpu time.Duration, err error) {
	before, err := cpuTime(i.cmd.Process.Pid)
	if err != nil {
		return nil, 0, 0, err
	}
	body, wall, err = i.api.invoke(ctx, event)
	if err == nil {
		err = checkAnswer(body)
	}
	if err != nil {
		return nil, 0, 0, fmt.Errorf("%w; its log:\n%s", err, i.logs)
	}
	if _, err := i.awaitEvent(ctx); err != nil {
		return nil, 0, 0, err
	}
	after, err := cpuTime(i.cmd.Process.Pid)
	return body, wall, after - before, err
}

// close ends the process and what belongs to it.
func (i *instance) close() error {
	err := i.cmd.Process.Kill()
	<-i.exited
	return errors.Join(err, i.api.close(), i.limiter.remove())
}

// tail keeps the end of what a process prints, for error messages.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4096

// Write keeps the last tailSize bytes and never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

// clear forgets what was printed so far.
func (t *tail) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = nil
}

// line is the first whole line with a word in it, and empty without one.
func (t *tail) line(word string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(string(t.text)) {
		if strings.Contains(line, word) && strings.HasSuffix(line, "\n") {
			return line
		}
	}
	return ""
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
