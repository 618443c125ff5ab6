// Package boot wires a function: it reads the environment, primes the function while Lambda
// initializes it, and serves invocations within their deadlines.
//
// A handler's error is mapped and logged here and nowhere else: its kind becomes the status, the
// client gets its message and nothing of its cause, and the one log line of the invocation has
// both. A panic and a missed deadline are errors too. prime.go and tuning_*.go are here for speed
// alone.
package boot

import (
	"bytes"
	"context"
	"errors"
	"log"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"users-api/pkg/api"
	"users-api/pkg/env"
	"users-api/pkg/logline"
)

// Backend is what a handler works on, such as a table.
type Backend[T any] interface {
	// Connect opens what the first request would otherwise wait for.
	Connect(context.Context) error
	// Rehearsal returns a backend that answers without a network and writes nothing. Its reads
	// find one item, which is in the backend's own form.
	Rehearsal(item string) T
}

// Rehearsal is what a function of a route serves while it starts.
type Rehearsal struct {
	Event []byte // as API Gateway sends it
	Item  string // what reads of the backend find; "" for a function that reads nothing
}

// Serve runs the function of a route and does not return. It opens the backend from the
// environment, serves the rehearsal while the function starts, and then serves invocations.
func Serve[T Backend[T]](open func(env.Lookup) (T, error), r Rehearsal, handler func(T) api.Guarded) {
	e, backend := fromEnv(open)
	e.start(e.Wrap(handler(backend)), backend.Connect, rehearse(e.Wrap(handler(backend.Rehearsal(r.Item))), r.Event))
}

// ServeFunc is Serve for a function that answers no API request. It rehearses with the event that
// rehearsal returns; that the handler refuses it is not an error.
func ServeFunc[T interface{ Connect(context.Context) error }, In, Out any](open func(env.Lookup) (T, error), rehearsal func(context.Context, T) ([]byte, error), handler func(T) Func[In, Out]) {
	e, backend := fromEnv(open)
	h := handler(backend)
	e.start(WrapFunc(e, h), backend.Connect, rehearseFunc(e, h, func(ctx context.Context) ([]byte, error) { return rehearsal(ctx, backend) }))
}

// fromEnv sets Go up for Lambda and opens what a function needs. If the environment is wrong, it
// writes a line with every fault and exits; Lambda then reports an init error and tries again.
func fromEnv[T any](open func(env.Lookup) (T, error)) (*Edge, T) {
	runtime.GOMAXPROCS(1)   // an instance serves one request at a time
	debug.SetGCPercent(400) // garbage is collected at 16 MB of heap instead of at 4 MB
	stayOnOneCPU()
	c, configErr := configFromEnv(os.LookupEnv)
	backend, err := open(os.LookupEnv)
	if err := errors.Join(configErr, err); err != nil {
		logline.Fatal(os.Stderr, err)
		os.Exit(1)
	}
	return New(c, os.Stderr, time.Now), backend
}

// start primes the function and serves invocations. A log that can no longer be written, because
// its reader has gone, does not end the process.
func (e *Edge) start(function lambda.Handler, primes ...Prime) {
	signal.Ignore(syscall.SIGPIPE)
	log.SetOutput(runtimeLog{e.log})
	e.prime(primeTimeout, primes)
	lambda.Start(function)
}

// runtimeLog is the output of aws-lambda-go's logger. It drops the errors of invocations, which are
// in their own lines; the rest says why the process ends.
type runtimeLog struct{ log *logline.Logger }

func (r runtimeLog) Write(p []byte) (int, error) {
	if !bytes.Contains(p, []byte(`{"errorMessage":`)) {
		r.log.Error("runtime", strings.TrimSpace(string(p)))
	}
	return len(p), nil
}
