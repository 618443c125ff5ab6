// Package dynamo has what a store of any kind of item needs of DynamoDB: a client that starts fast
// and does not wait beyond the invocation, retries, and the kinds of its errors. It knows no users.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// How a failed call, and a write that lost against another, is retried: soon at first, then after
// longer waits, of random length so that competitors do not meet again. Throttling and network
// faults are short, and a client is waiting.
const (
	maxAttempts  = 4  // of one call that fails
	maxTries     = 12 // of one change that others compete with
	firstWait    = 20 * time.Millisecond
	waitDoubling = 4 // times that the first wait doubles, up to 320 ms
)

// jitter returns a random part of the n-th wait, counted from 0. The SDK's own backoff counts in
// seconds, and is not random if its maximum is less than one.
func jitter(n int) time.Duration {
	return rand.N(firstWait << min(max(n, 0), waitDoubling))
}

func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) { return jitter(attempt), nil })
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(truncatedResponse)}, o.Retryables...)
	})
}

// truncatedResponse marks a response that could not be read to the end as retryable.
func truncatedResponse(err error) aws.Ternary {
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// Contended marks the error of a write that lost against another one, so that it is retried.
func Contended(cause error) error { return contendedError{cause} }

type contendedError struct{ error }

func (e contendedError) Unwrap() error { return e.error }

// Retry calls change until its error is not a Contended one. It gives up with Unavailable after 12
// tries, and with the context's error when that ends.
func Retry[T any](ctx context.Context, change func() (T, error)) (T, error) {
	for n := 0; ; n++ {
		v, err := change()
		contended, ok := err.(contendedError)
		if !ok {
			return v, err
		}
		if n+1 == maxTries {
			return v, unavailable(fmt.Errorf("gave up after %d tries: %w", maxTries, contended.error))
		}
		select {
		case <-time.After(jitter(n)):
		case <-ctx.Done():
			return v, fmt.Errorf("%w while waiting to retry after: %w", ctx.Err(), contended.error)
		}
	}
}
