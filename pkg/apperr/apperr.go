// Package apperr is the one error vocabulary of the service.
//
// An error that crosses a package boundary is an *Error: a Kind that says what went wrong in terms
// a client can act on, a message for that client, and a cause that only the operator sees in the
// log. An error without a kind is Internal, so forgetting it hides the detail and never leaks it.
package apperr

import (
	"cmp"
	"errors"
	"time"
)

// Kind says what went wrong, in terms that a client can act on. Logs show its text.
type Kind string

// The kinds.
const (
	Internal             Kind = "internal"               // our fault; nothing about it is shown
	Invalid              Kind = "invalid"                // malformed, or against a rule; Details say which
	Unauthenticated      Kind = "unauthenticated"        // no credential, or a refused one
	Forbidden            Kind = "forbidden"              // an accepted credential without the right
	NotFound             Kind = "not_found"              // there is no such thing
	Conflict             Kind = "conflict"               // against the state of another thing
	PreconditionFailed   Kind = "precondition_failed"    // the thing has changed since the client saw it
	TooLarge             Kind = "too_large"              // more bytes than are read
	UnsupportedMediaType Kind = "unsupported_media_type" // a body that is not JSON
	KeyReused            Kind = "key_reused"             // an idempotency key with another request than its first
	Unavailable          Kind = "unavailable"            // a dependency throttles or cannot be reached; worth a retry
	Timeout              Kind = "timeout"                // no answer within the time
)

// Detail names one thing that is wrong with a request.
type Detail struct {
	Field   string `json:"field"`   // the member, parameter or header
	Message string `json:"message"` // what it must be, for the client
}

// Error is an error with a kind, a message for the client and a cause for the operator.
type Error struct {
	Kind       Kind
	Message    string        // sent to the client: it holds no cause and nothing secret
	Details    []Detail      // sent to the client, if there are any
	RetryAfter time.Duration // how long a client should wait, if positive
	Cause      error         // logged, never sent
}

// New returns an error of a kind with a message for the client.
func New(kind Kind, message string, details ...Detail) *Error {
	return &Error{Kind: kind, Message: message, Details: details}
}

// Wrap returns an error of a kind with a message for the client and a cause for the operator.
func Wrap(kind Kind, message string, cause error) *Error {
	return &Error{Kind: kind, Message: message, Cause: cause}
}

// maxFieldLength is how many characters of a field's name, which the client may have made up, an
// error repeats.
const maxFieldLength = 64

// InvalidFields returns the Invalid error for a request with wrong members, parameters or headers.
// A field without a name is called "(empty)".
func InvalidFields(details ...Detail) *Error {
	for i := range details {
		details[i].Field = cmp.Or(details[i].Field, "(empty)")
		if name := []rune(details[i].Field); len(name) > maxFieldLength {
			details[i].Field = string(name[:maxFieldLength]) + "…"
		}
	}
	return New(Invalid, "Validation failed", details...)
}

// InvalidField returns the Invalid error for one wrong member, parameter or header.
func InvalidField(field, message string) *Error { return InvalidFields(Detail{field, message}) }

// Error returns the operator's text: the message, then the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// From returns the *Error in err's chain. An error without one is an Internal error with err as its
// cause; From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(Internal, "Internal server error", err)
}

// KindOf returns the kind of an error; Internal if it has none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind != "" {
		return e.Kind
	}
	return Internal
}
