package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"users-api/pkg/apperr"
)

// retryAfter is what a client is told to wait when the table is not to be had.
const retryAfter = time.Second

// classify gives an error of the table its kind and says what was attempted.
// An error that has a kind keeps it.
func classify(ctx context.Context, attempted string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*apperr.Error](err); ok {
		return err
	}
	err = fmt.Errorf("%s: %w", attempted, err)
	switch {
	case ctx.Err() != nil:
		return apperr.Wrap(apperr.Timeout, "Timed out", err)
	case throttled(err), away(err):
		return unavailable(err)
	}
	return apperr.Wrap(apperr.Internal, "Internal server error", err)
}

func unavailable(cause error) error {
	e := apperr.Wrap(apperr.Unavailable, "Service unavailable, try again", cause)
	e.RetryAfter = retryAfter
	return e
}

func throttled(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	_, ok = retry.DefaultThrottleErrorCodes[api.ErrorCode()]
	return ok
}

// away tells whether the table could not be reached, failed, or broke off.
func away(err error) bool {
	if res, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && res.HTTPStatusCode() >= 500 {
		return true
	}
	if _, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || retry.RetryableConnectionError{}.IsErrorRetryable(err).Bool()
}

// Reasons why DynamoDB cancels a transaction, as CancellationReasons has them.
const (
	conditionFailed     = "ConditionalCheckFailed"
	transactionConflict = "TransactionConflict"
	throttlingError     = "ThrottlingError"
	capacityExceeded    = "ProvisionedThroughputExceeded"
)

// reasons gives why a transaction was cancelled, by the position of its items;
// nil for another error.
func reasons(err error) []types.CancellationReason {
	if e, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return e.CancellationReasons
	}
	return nil
}

// failed gives the reason of one position if its condition did not hold.
func failed(reasons []types.CancellationReason, position int) *types.CancellationReason {
	if position >= len(reasons) || reasons[position].Code == nil || *reasons[position].Code != conditionFailed {
		return nil
	}
	return &reasons[position]
}

// contended tells whether a write lost against another one that was under way,
// or was throttled inside of a transaction: nothing is written, and it may be
// tried again.
func contended(err error) bool {
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return true
	}
	for _, r := range reasons(err) {
		if r.Code == nil {
			continue
		}
		switch *r.Code {
		case transactionConflict, throttlingError, capacityExceeded:
			return true
		}
	}
	return false
}
