package auth

import (
	"errors"

	"users-api/pkg/apperr"
)

// Reason says why a credential is refused, for the log and for a metric. There are few reasons and
// none holds anything that the caller sent, so a Reason may be a metric's dimension. It is the
// cause of an Unauthenticated error.
type Reason string

// The reasons.
const (
	ErrMissing         Reason = "missing"          // no credential
	ErrTooLarge        Reason = "too_large"        // longer than credential.MaxBytes
	ErrScheme          Reason = "scheme"           // neither Bearer nor ApiKey, or a scheme that is not configured
	ErrMalformed       Reason = "malformed"        // not a token of three parts with two JSON objects and known types
	ErrHeader          Reason = "header"           // a header member that is not supported, or another type of token
	ErrAlgorithm       Reason = "algorithm"        // not configured, or not the key's
	ErrUnknownKey      Reason = "unknown_key"      // the issuer has no key with this id
	ErrKeysUnavailable Reason = "keys_unavailable" // the issuer's keys or the stage's secret could not be fetched
	ErrSignature       Reason = "signature"        // not made with the key
	ErrExpired         Reason = "expired"          // exp has passed
	ErrNotYetValid     Reason = "not_yet_valid"    // nbf or iat is in the future
	ErrIssuer          Reason = "issuer"           // iss is another issuer
	ErrAudience        Reason = "audience"         // aud does not name this API
	ErrClaims          Reason = "claims"           // a required claim is missing, or sub is not fit for a log
	ErrAPIKey          Reason = "api_key"          // no such API key
	ErrNoScope         Reason = "no_scope"         // a good credential that grants no route; the answer is a policy that denies
)

// Error returns the reason's name.
func (r Reason) Error() string { return string(r) }

// ReasonOf returns the reason in the chain of an error; "" if there is none.
func ReasonOf(err error) Reason {
	r, _ := errors.AsType[Reason](err)
	return r
}

// Refuse returns the Unauthenticated error that answers a refused credential. Its message is
// "Unauthorized", the text that makes API Gateway answer 401.
func Refuse(cause error) error {
	return apperr.Wrap(apperr.Unauthenticated, "Unauthorized", cause)
}
