package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// Prime is something that a function does once while Lambda initialises it, at
// full CPU speed, so that no request has to be the first: connect, shake hands,
// walk the code. It writes nothing. An error is logged and never fatal.
type Prime func(ctx context.Context, function lambda.Handler) error

// primeTimeout bounds all priming together; Lambda gives initialisation 10 s.
const primeTimeout = 2 * time.Second

// PrimeRequest serves a made-up event through the function's own handler. An
// answer of 5xx is an error.
func PrimeRequest(event string) Prime {
	return func(ctx context.Context, function lambda.Handler) error {
		out, err := function.Invoke(ctx, []byte(event))
		if err != nil {
			return err
		}
		var res struct{ StatusCode int }
		if err := json.Unmarshal(out, &res); err != nil {
			return err
		}
		if res.StatusCode >= http.StatusInternalServerError {
			return fmt.Errorf("priming answered %d", res.StatusCode)
		}
		return nil
	}
}

// PrimeCall makes one call, such as a harmless one of an operation that the
// made-up event does not reach.
func PrimeCall(call func(context.Context) error) Prime {
	return func(ctx context.Context, _ lambda.Handler) error { return call(ctx) }
}

// priming is what the first invocation's line says of it.
type priming struct {
	done     bool
	duration time.Duration
	err      error
}

// prime runs the primes on an edge that logs nowhere, so that they leave no
// line and no metric but what the first invocation says of them.
func (e *Edge) prime(function lambda.Handler, primes []Prime) {
	if !e.config.Priming || len(primes) == 0 {
		return
	}
	start := e.now()
	ctx, cancel := context.WithTimeout(withSilence(context.Background()), primeTimeout)
	defer cancel()
	var errs []error
	for _, p := range primes {
		errs = append(errs, p(ctx, function))
	}
	e.primed = priming{true, e.now().Sub(start), errors.Join(errs...)}
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
