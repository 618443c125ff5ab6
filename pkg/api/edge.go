// Package api is the edge: all that stands between API Gateway's event and a
// handler, and between a handler's answer or error and API Gateway's response.
//
// One request goes one way through it:
//
//	event -> Edge.Wrap -> handler -> Decode -> ... -> JSON -> response
//
// A handler returns an error and never maps, logs or words it; the edge does,
// once: it finds the status of the error's kind, sends the client the error's
// message and nothing of its cause, and writes the one log line of the
// invocation, which is its metrics too. A handler that panics or outlives the
// invocation's deadline is answered for in the same way.
package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"users-api/pkg/apperr"
)

// Handler answers one request. The context ends shortly before the invocation
// does, so that there is time to say so.
type Handler func(context.Context, *Request) (Response, error)

// answerMargin is kept back from the invocation's time for the answer of a
// handler that has used up its own.
const answerMargin = 250 * time.Millisecond

// Edge holds what all requests of a function share.
type Edge struct {
	config  Config
	metrics metricSets
	log     *logger
	now     func() time.Time
	primed  priming
	warm    atomic.Bool
	crew    crew
}

// New makes an edge that writes its log lines to log and reads the time from now.
func New(config Config, log io.Writer, now func() time.Time) *Edge {
	return &Edge{config: config, metrics: newMetricSets(config), log: config.logger(log), now: now, crew: newCrew()}
}

// FromEnv makes the edge of a deployed function from its environment. The error
// names every variable that is missing or bad.
func FromEnv(lookup func(string) (string, bool)) (*Edge, error) {
	config, err := configFromEnv(lookup)
	if err != nil {
		return nil, err
	}
	return New(config, os.Stderr, time.Now), nil
}

// ExitOn ends a function whose initialisation failed, with one line that says
// all of why; without an error it does nothing. Lambda then reports an init
// error and tries again with the next request.
func ExitOn(errs ...error) {
	if err := errors.Join(errs...); err != nil {
		newLogger(os.Stderr).fatal(time.Now(), err)
		os.Exit(1)
	}
}

// Start primes the function and then serves invocations; it does not return. A
// log that can no longer be written (its reader is gone) does not end the
// process. With GOMAXPROCS=1 all of the process stays on one CPU.
func (e *Edge) Start(h Handler, primes ...Prime) { e.start(e.Wrap(h), primes) }

func (e *Edge) start(function lambda.Handler, primes []Prime) {
	signal.Ignore(syscall.SIGPIPE)
	log.SetOutput(runtimeLog{e.log, e.now})
	stayOnOneCPU()
	e.prime(primes)
	lambda.Start(function)
}

// Wrap makes a handler an entry point for Lambda: from the bytes of an API
// Gateway proxy event to those of its response. Its error is always nil: what
// goes wrong is a response too.
func (e *Edge) Wrap(h Handler) lambda.Handler {
	return invokerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		return e.serve(ctx, e.newLine(ctx), h, payload), nil
	})
}

func (e *Edge) serve(ctx context.Context, line *Line, h Handler, payload []byte) []byte {
	req, err := decodeRequest(payload)
	line.request(req)
	var res Response
	if err == nil {
		res, err = run(withLine(ctx, line), e.crew, func(ctx context.Context) (Response, error) { return h(ctx, req) })
	}
	if err != nil {
		res = errorResponse(apperr.From(err), req.RequestContext.RequestID)
	}
	out, encodeErr := e.encode(res, req, line) // of plain texts, so nothing is left that can fail
	if line.debug {
		line.sizes(ctx, payload, req, res)
	}
	line.end(res.Status, cmp.Or(err, encodeErr))
	return out
}

// run calls f within the invocation's time less the margin, and turns a panic
// and a deadline that f did not keep into errors. An f that does not return is
// left behind; the next invocation is served beside it.
func run[T any](ctx context.Context, c crew, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := withMargin(ctx)
	defer cancel()
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	c.call(func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = panicError(p)
			}
			done <- r
		}()
		r.value, r.err = f(ctx)
	})
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
	}
	select { // an f that keeps its deadline says more than we could
	case r := <-done:
		return r.value, r.err
	case <-time.After(answerMargin / 5):
		var none T
		return none, apperr.Wrap(apperr.Timeout, "Timed out", fmt.Errorf("handler: %w", context.Cause(ctx)))
	}
}

// crew calls functions on goroutines that it keeps: the SDK's calls are deep, and
// a new goroutine's stack would be copied five times on the way down, in each
// request.
type crew chan func()

func newCrew() crew { return make(crew) }

// call has f called by who is idle, else by somebody new. It does not wait.
func (c crew) call(f func()) {
	select {
	case c <- f:
	default:
		go func() {
			for {
				f()
				f = <-c
			}
		}()
	}
}

func withMargin(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	margin := min(answerMargin, time.Until(deadline)/2)
	return context.WithDeadline(ctx, deadline.Add(-margin))
}

// panicError is what the operator sees of a panic; its stack is logged with it.
func panicError(p any) error {
	return apperr.Wrap(apperr.Internal, "Internal server error", &panicked{fmt.Sprint(p), string(debug.Stack())})
}

type panicked struct{ value, stack string }

func (p *panicked) Error() string { return "panic: " + p.value }

// trimmedStack is the stack from the place of the panic on.
func (p *panicked) trimmedStack() string {
	if _, after, found := strings.Cut(p.stack, "panic("); found {
		return "panic(" + after
	}
	return p.stack
}

type invokerFunc func(context.Context, []byte) ([]byte, error)

func (f invokerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}
