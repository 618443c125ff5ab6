package boot

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"users-api/pkg/apperr"
)

// answerMargin is the part of the invocation's time that is kept for the answer.
const answerMargin = 250 * time.Millisecond

// run calls f with the invocation's time less the margin, and turns a panic and a missed deadline
// into errors. If f does not return by then, run abandons it and the next invocation runs at the
// same time.
func run[T any](ctx context.Context, w workers, f func(context.Context) (T, error)) (none T, _ error) {
	ctx, cancel := withMargin(ctx)
	defer cancel()
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	w.do(func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = apperr.Wrap(apperr.Internal, "Internal server error", &panicError{fmt.Sprint(p), string(debug.Stack())})
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
	select { // an f that returns at its deadline has the better error
	case r := <-done:
		return r.value, r.err
	case <-time.After(answerMargin / 5):
		return none, apperr.Wrap(apperr.Timeout, "Timed out", fmt.Errorf("handler: %w", context.Cause(ctx)))
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

// panicError is what the operator sees of a panic.
type panicError struct{ value, stack string }

func (p *panicError) Error() string { return "panic: " + p.value }

// Stack returns the stack from the place of the panic on.
func (p *panicError) Stack() string {
	return p.stack[max(0, strings.Index(p.stack, "panic(")):]
}
