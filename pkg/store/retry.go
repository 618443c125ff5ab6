package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// How a call that failed, and a write that lost against others, is tried again:
// soon, then less and less so, at random times so that those who met do not
// meet again. Throttling and faults of the network are short, and a client is
// waiting.
const (
	maxAttempts  = 4  // of one call, where the table fails
	maxTries     = 12 // of one change, where others change the same
	firstWait    = 20 * time.Millisecond
	waitDoubling = 4 // how often the first wait doubles, to 320 ms
)

// jitter gives a random part of the n-th wait, from 0 on. The SDK's own backoff
// counts in seconds: bounded to less than one, it is no longer random.
func jitter(n int) time.Duration {
	return rand.N(firstWait << min(max(n, 0), waitDoubling))
}

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

// wait sleeps for a part of the n-th wait.
func wait(ctx context.Context, n int) error {
	timer := time.NewTimer(jitter(n))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
