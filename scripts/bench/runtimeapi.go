package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// invokeTimeout is how long a function may take for a request: far more than
// any of them needs, so that one that hangs is an error and not a wait for ever.
const invokeTimeout = 60 * time.Second

// runtimeAPI serves the Lambda Runtime API to one function instance: what
// Lambda's own service does, as far as a function sees it.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type runtimeAPI struct {
	listener net.Listener
	server   *http.Server
	asked    chan time.Time // the function asks for its next event
	events   chan []byte
	answers  chan answer
	failed   chan error // the function reports that its initialisation failed
}

// answer is what a function sends for an event.
type answer struct {
	body []byte
	at   time.Time
	err  error // where it reports an error instead
}

func newRuntimeAPI() (*runtimeAPI, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the Runtime API: %w", err)
	}
	a := &runtimeAPI{
		listener: l,
		asked:    make(chan time.Time, 1),
		events:   make(chan []byte),
		answers:  make(chan answer, 1),
		failed:   make(chan error, 1),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.initFailure)
	a.server = &http.Server{Handler: mux}
	go a.server.Serve(l) //nolint:errcheck // ends with close
	return a, nil
}

// address is for AWS_LAMBDA_RUNTIME_API.
func (a *runtimeAPI) address() string { return a.listener.Addr().String() }

func (a *runtimeAPI) close() error { return a.server.Close() }

// next holds the function's question until there is an event for it.
func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	a.asked <- time.Now()
	select {
	case event := <-a.events:
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(invokeTimeout).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:bench")
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0")
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(len(event)))
		w.Write(event) //nolint:errcheck // a function that is gone is seen elsewhere
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a.answers <- answer{body: body, at: time.Now(), err: err}
	w.WriteHeader(http.StatusAccepted)
}

func (a *runtimeAPI) failure(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a.answers <- answer{at: time.Now(), err: errors.Join(fmt.Errorf("the function answered an error: %s", body), err)}
	w.WriteHeader(http.StatusAccepted)
}

func (a *runtimeAPI) initFailure(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a.failed <- errors.Join(fmt.Errorf("initialisation failed: %s", body), err)
	w.WriteHeader(http.StatusAccepted)
}

// invoke sends the event to a function that has asked for one, and returns its
// answer and how long it took. The caller waits for the next question.
func (a *runtimeAPI) invoke(ctx context.Context, event []byte) ([]byte, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, invokeTimeout)
	defer cancel()
	start := time.Now()
	select {
	case a.events <- event:
	case <-ctx.Done():
		return nil, 0, fmt.Errorf("the function does not take an event: %w", context.Cause(ctx))
	}
	select {
	case got := <-a.answers:
		return got.body, got.at.Sub(start), got.err
	case <-ctx.Done():
		return nil, 0, fmt.Errorf("the function does not answer: %w", context.Cause(ctx))
	}
}
