package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"sync"
	"time"
)

// Prime is something that a function does once while Lambda initialises it, at
// full CPU speed, so that no request has to be the first: connect, shake hands,
// walk the code. It writes nothing, and may run beside others. An error is logged
// and never fatal.
type Prime func(context.Context) error

// primeTimeout bounds all priming together; Lambda gives initialisation 10 s.
const primeTimeout = 2 * time.Second

// Rehearse has a handler serve a made-up event, on whatever writes nothing. An
// answer other than success is an error.
func (e *Edge) Rehearse(h Handler, event string) Prime {
	return func(ctx context.Context) error {
		out, err := e.Wrap(h).Invoke(ctx, []byte(event))
		if err != nil {
			return err
		}
		var res struct{ StatusCode int }
		if err := json.Unmarshal(out, &res); err != nil {
			return err
		}
		if res.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("rehearsal answered %d", res.StatusCode)
		}
		return nil
	}
}

// priming is what the first invocation's line says of it.
type priming struct {
	done     bool
	duration time.Duration
	err      error
}

// prime runs the primes on an edge that logs nowhere, so that they leave no
// line and no metric but what the first invocation says of them.
func (e *Edge) prime(primes []Prime) {
	if !e.config.Priming || len(primes) == 0 {
		return
	}
	start := e.now()
	ctx, cancel := context.WithTimeout(withSilence(context.Background()), primeTimeout)
	defer cancel()
	ended := make(chan error, len(primes))
	for _, p := range primes {
		p.begin(ctx, ended)
	}
	var all error
	for range primes {
		all = errors.Join(all, <-ended)
	}
	e.primed = priming{true, e.now().Sub(start), all}
}

// begin starts a prime and returns when it has ended, or has connected to a
// server and waits for what it says: the next has the CPU meanwhile.
func (p Prime) begin(ctx context.Context, ended chan<- error) {
	waits := make(chan struct{})
	report := sync.OnceFunc(func() { close(waits) })
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		ConnectDone: func(string, string, error) { report() },
	})
	go func() {
		defer report()
		ended <- p(ctx)
	}()
	<-waits
	runtime.Gosched() // others that have connected at the same time shake hands first
}

// count is the metric of it: Primed, or PrimeFailed.
func (p priming) count() []count {
	switch {
	case !p.done:
		return nil
	case p.err != nil:
		return []count{{metric: "PrimeFailed"}}
	}
	return []count{{metric: "Primed"}}
}

func (p priming) append(attrs []slog.Attr) []slog.Attr {
	if !p.done {
		return attrs
	}
	attrs = append(attrs, slog.Float64("primeMs", float64(p.duration.Microseconds())/1000))
	if p.err != nil {
		attrs = append(attrs, slog.String("primeError", clip(p.err.Error(), maxErrorBytes)))
	}
	return attrs
}

type silenceKey struct{}

func withSilence(ctx context.Context) context.Context {
	return context.WithValue(ctx, silenceKey{}, true)
}

func silenced(ctx context.Context) bool { return ctx.Value(silenceKey{}) != nil }
