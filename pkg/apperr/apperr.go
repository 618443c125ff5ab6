// Package apperr is the one error vocabulary of the service.
//
// An error that crosses a package boundary is an *Error: a Kind that says what
// went wrong in terms a client can act on, a message that is safe to send to
// that client, and a cause that only the operator sees in the log. An error
// that nobody classified has the zero kind, Internal, so forgetting to
// classify one hides its detail and never leaks it.
//
// The package knows nothing of HTTP or AWS; package api maps a Kind to a
// status, and packages store and auth make the errors.
package apperr

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong, in terms that a client can act on.
type Kind uint8

// The kinds. The zero kind is Internal.
const (
	Internal             Kind = iota // a fault of ours; nothing about it is shown
	Invalid                          // malformed, or against a rule; Details say which
	Unauthenticated                  // no credential, or one that is not good
	Forbidden                        // a good credential without the right
	NotFound                         // there is no such thing
	Conflict                         // against the state of another thing
	PreconditionFailed               // the thing has changed since the client saw it
	TooLarge                         // more bytes than are taken
	UnsupportedMediaType             // a body of another kind than JSON
	KeyReused                        // an idempotency key with another request than its first
	Unavailable                      // a dependency is throttling or away; worth a retry
	Timeout                          // no answer within the time there was
)

var kindNames = [...]string{
	Internal:             "internal",
	Invalid:              "invalid",
	Unauthenticated:      "unauthenticated",
	Forbidden:            "forbidden",
	NotFound:             "not_found",
	Conflict:             "conflict",
	PreconditionFailed:   "precondition_failed",
	TooLarge:             "too_large",
	UnsupportedMediaType: "unsupported_media_type",
	KeyReused:            "key_reused",
	Unavailable:          "unavailable",
	Timeout:              "timeout",
}

// String gives the kind as it stands in logs.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// Detail names one thing that is wrong with a request.
type Detail struct {
	// Field is the member, parameter or header that is meant.
	Field string `json:"field"`
	// Message says what it must be, and is safe to show.
	Message string `json:"message"`
}

// Error is an error with a kind, a message for the client and a cause for the
// operator.
type Error struct {
	Kind Kind
	// Message is sent to the client. It holds no cause and nothing secret.
	Message string
	// Details is sent to the client where there are any.
	Details []Detail
	// RetryAfter, where positive, is how long a client should wait.
	RetryAfter time.Duration
	// Cause is logged and never sent.
	Cause error
}

// New makes an error of a kind with a message for the client.
func New(kind Kind, message string, details ...Detail) *Error {
	return &Error{Kind: kind, Message: message, Details: details}
}

// Wrap makes an error of a kind with a message for the client and a cause for
// the operator.
func Wrap(kind Kind, message string, cause error) *Error {
	return &Error{Kind: kind, Message: message, Cause: cause}
}

// Error is the operator's text: the message, and behind it the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// From finds the *Error in err's chain. An error without one is an Internal
// error with err as its cause; From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(Internal, "Internal server error", err)
}

// KindOf gives the kind of an error; Internal where nobody gave it one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
