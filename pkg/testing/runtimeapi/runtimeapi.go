// Package runtimeapi runs a function's binary the way Lambda does: as a process
// that asks a Runtime API for its next event and posts its answer, one
// invocation at a time.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package runtimeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// Timeout bounds an initialization and an invocation whose context has no earlier
// deadline. No machine is so slow that a function needs it.
const Timeout = 2 * time.Minute

// Function is a running function.
type Function struct {
	cmd     *exec.Cmd
	server  *http.Server
	events  chan event
	idle    chan time.Time // since when the function waits for an event
	answers chan answer
	exited  chan struct{}
	started time.Time
	mu      sync.Mutex // one invocation at a time
	count   int
}

type event struct {
	id       string
	payload  []byte
	deadline time.Time
}

type answer struct {
	id, kind string
	body     []byte
}

// Error is an error that a function answers.
type Error struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// ErrExited says that the function's process has ended.
var ErrExited = errors.New("the function's process has ended")

// Start starts a binary. Its environment is the given one (NAME=value) and the Runtime
// API's address, nothing else; its standard output and error go to output. The caller
// ends it with Close.
func Start(binary string, environment []string, output io.Writer) (*Function, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the Runtime API: %w", err)
	}
	f := &Function{
		cmd:     exec.Command(binary),
		events:  make(chan event),
		idle:    make(chan time.Time, 1),
		answers: make(chan answer, 1),
		exited:  make(chan struct{}),
	}
	f.server = &http.Server{Handler: f.routes()}
	go f.server.Serve(l) //nolint:errcheck // ends with Close
	f.cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String()}, environment...)
	f.cmd.Stdout, f.cmd.Stderr = output, output
	f.started = time.Now()
	if err := f.cmd.Start(); err != nil {
		return nil, errors.Join(err, f.server.Close())
	}
	go func() {
		_ = f.cmd.Wait()
		close(f.exited)
	}()
	return f, nil
}

func (f *Function) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{kind}", f.answered)
	return mux
}

func (f *Function) next(w http.ResponseWriter, r *http.Request) {
	f.setIdle(time.Now())
	select {
	case e := <-f.events:
		f.setIdle(time.Time{})
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", e.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(e.deadline.UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:test")
		_, _ = w.Write(e.payload)
	case <-r.Context().Done():
	}
}

// setIdle notes since when the function waits for an event. The zero time means that it
// has one.
func (f *Function) setIdle(since time.Time) {
	select {
	case <-f.idle: // AwaitIdle has not taken the last one
	default:
	}
	if !since.IsZero() {
		f.idle <- since
	}
}

func (f *Function) answered(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		f.answers <- answer{r.PathValue("id"), r.PathValue("kind"), body}
	}
	w.WriteHeader(http.StatusAccepted)
}

// Invoke sends an event and waits for the function's answer. The context's deadline is
// the invocation's. The error is an *Error if the function answered one, and ErrExited
// if its process ended first.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	deadline, _ := ctx.Deadline()
	return f.InvokeUntil(ctx, deadline, payload)
}

// InvokeUntil is Invoke with a deadline for the function to keep, which is not enforced:
// an answer is late only when the context has ended.
func (f *Function) InvokeUntil(ctx context.Context, deadline time.Time, payload []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	e := event{strconv.Itoa(f.count), payload, deadline}
	for send := f.events; ; {
		select {
		case send <- e:
			send = nil
		case a := <-f.answers:
			if a.id == e.id { // not a late one to an invocation that was given up
				return a.result()
			}
		case <-f.exited:
			return nil, ErrExited
		case <-ctx.Done():
			return nil, fmt.Errorf("the function does not answer: %w", ctx.Err())
		}
	}
}

func (a answer) result() ([]byte, error) {
	if a.kind != "error" {
		return a.body, nil
	}
	e := new(Error)
	if err := json.Unmarshal(a.body, e); err != nil {
		return nil, fmt.Errorf("the function's error %q: %w", a.body, err)
	}
	return nil, e
}

// Started returns the time at which the process was started.
func (f *Function) Started() time.Time { return f.started }

// AwaitIdle waits until the function asks for its next event, and returns the time at
// which it did. The first time is the end of its initialization; each is returned once.
// The error is ErrExited if the process ended first.
func (f *Function) AwaitIdle(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	select {
	case since := <-f.idle:
		return since, nil
	case <-f.exited:
		return time.Time{}, ErrExited
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("the function does not ask for an event: %w", ctx.Err())
	}
}

// Invocation returns the request id of the latest invocation.
func (f *Function) Invocation() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strconv.Itoa(f.count)
}

// PID returns the id of its process.
func (f *Function) PID() int { return f.cmd.Process.Pid }

// Kill ends the process at once, with a signal that it cannot catch.
func (f *Function) Kill() { _ = f.cmd.Process.Kill() }

// Close ends the process and returns once it is gone.
func (f *Function) Close() error {
	f.Kill()
	<-f.exited
	return f.server.Close()
}
