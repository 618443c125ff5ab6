package dynamo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"users-api/pkg/apperr"
)

// retryAfter is how long a client is told to wait when the table is unavailable.
const retryAfter = time.Second

// Classify gives an error its kind and says what was attempted: Timeout if the context has ended,
// Unavailable if the table throttles, fails or cannot be reached, else Internal. An error that has
// a kind keeps it, and nil stays nil.
func Classify(ctx context.Context, attempted string, err error) error {
	if err == nil || is[*apperr.Error](err) {
		return err
	}
	err = fmt.Errorf("%s: %w", attempted, err)
	switch {
	case ctx.Err() != nil:
		return apperr.Wrap(apperr.Timeout, "Timed out", err)
	case throttled(err), unreachable(err):
		return unavailable(err)
	}
	return apperr.Wrap(apperr.Internal, "Internal server error", err)
}

// Write makes a change as Retry does, and gives its error a kind as Classify does. If the answer of
// any try was lost, the change may have been made, which the error's message says.
func Write[T any](ctx context.Context, attempted string, change func(context.Context) (T, error)) (T, error) {
	var lost atomic.Bool
	v, err := Retry(ctx, func() (T, error) { return change(context.WithValue(ctx, lossKey{}, &lost)) })
	unknown := err != nil && !is[*apperr.Error](err) && (ctx.Err() != nil || lost.Load() || !throttled(err) && unreachable(err))
	err = Classify(ctx, attempted, err)
	if e := apperr.From(err); unknown {
		e.Message += "; the change may have been made"
	}
	return v, err
}

// lossKey is the key under which the context of a change has whether an answer was lost.
type lossKey struct{}

// lossRecorder records it. The SDK tells only the error of the last try.
type lossRecorder struct{ dynamodb.HTTPClient }

func (l lossRecorder) Do(req *http.Request) (*http.Response, error) {
	res, err := l.HTTPClient.Do(req)
	lost, ok := req.Context().Value(lossKey{}).(*atomic.Bool)
	if ok && (err != nil || res.StatusCode >= 500) && strings.HasSuffix(req.Header.Get("X-Amz-Target"), "TransactWriteItems") {
		lost.Store(true)
	}
	return res, err
}

func unavailable(cause error) error {
	e := apperr.Wrap(apperr.Unavailable, "Service unavailable, try again", cause)
	e.RetryAfter = retryAfter
	return e
}

func throttled(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool()
}

// unreachable reports whether the table could not be reached, failed, or closed the connection.
func unreachable(err error) bool {
	res, ok := errors.AsType[*smithyhttp.ResponseError](err)
	return ok && res.HTTPStatusCode() >= 500 ||
		is[*smithyhttp.RequestSendError](err) || is[*smithy.DeserializationError](err) || is[net.Error](err) ||
		retry.RetryableConnectionError{}.IsErrorRetryable(err).Bool()
}

// is reports whether an error of the type is in the chain.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// The codes of CancellationReasons.
const conditionFailed = "ConditionalCheckFailed"

var contentionCodes = []string{"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}

// Reasons say why a transaction was canceled, by the position of its items.
type Reasons []types.CancellationReason

// ReasonsOf returns why a transaction was canceled; nil for any other error.
func ReasonsOf(err error) Reasons {
	if e, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return e.CancellationReasons
	}
	return nil
}

// ConditionFailed returns the reason of the item at a position if its condition failed, else nil.
func (r Reasons) ConditionFailed(position int) *types.CancellationReason {
	if position >= len(r) || aws.ToString(r[position].Code) != conditionFailed {
		return nil
	}
	return &r[position]
}

// IsContended reports whether a write lost against another that ran at the same time, or was
// throttled inside a transaction. Nothing is written then, and the write may be tried again.
func IsContended(err error) bool {
	return is[*types.TransactionConflictException](err) ||
		slices.ContainsFunc(ReasonsOf(err), func(r types.CancellationReason) bool {
			return slices.Contains(contentionCodes, aws.ToString(r.Code))
		})
}
