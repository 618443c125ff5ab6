package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// How a write that lost against others is tried again: soon, then less and less
// so, at random times so that those who met do not meet again.
const (
	maxTries     = 12
	firstWait    = 10 * time.Millisecond
	longestWait  = 320 * time.Millisecond
	waitDoubling = 5 // 10 ms doubled so often is the longest wait
)

// errAgain has retryContended try once more.
type errAgain struct{ cause error }

func (e errAgain) Error() string { return "contended: " + e.cause.Error() }
func (e errAgain) Unwrap() error { return e.cause }

// retryContended calls try until it gives another error than errAgain, the
// tries are used up (Unavailable) or the context ends.
func retryContended[T any](ctx context.Context, try func() (T, error)) (T, error) {
	for n := 0; ; n++ {
		v, err := try()
		again, ok := err.(errAgain)
		if !ok {
			return v, err
		}
		if n+1 == maxTries {
			return v, unavailable(fmt.Errorf("gave up after %d tries: %w", maxTries, again.cause))
		}
		if err := wait(ctx, n); err != nil {
			return v, fmt.Errorf("%w while waiting after: %w", err, again.cause)
		}
	}
}

// wait sleeps a random part of the n-th wait.
func wait(ctx context.Context, n int) error {
	longest := min(firstWait<<min(n, waitDoubling), longestWait)
	timer := time.NewTimer(rand.N(longest))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
