package auth

import (
	"errors"

	"users-api/pkg/apperr"
)

// Reason says why a credential was refused, for the log and for a metric. There
// are few and they hold nothing that the caller sent, so that they may be a
// metric's dimension. A Reason is an error, the cause of the Unauthenticated
// error that Authenticate returns.
type Reason string

// The reasons.
const (
	Missing         Reason = "missing"          // no credential at all
	TooLarge        Reason = "too_large"        // more than MaxCredentialBytes
	Scheme          Reason = "scheme"           // neither Bearer nor ApiKey, or one that is not configured
	Malformed       Reason = "malformed"        // not a token of three parts with two JSON objects and known types
	Header          Reason = "header"           // a header member that is not taken, or another type of token
	Algorithm       Reason = "algorithm"        // not configured, or not the key's
	UnknownKey      Reason = "unknown_key"      // no key of the issuer has this id
	KeysUnavailable Reason = "keys_unavailable" // the issuer's keys could not be fetched, and this one is not known yet
	Signature       Reason = "signature"        // not made with the key
	Expired         Reason = "expired"          // exp has passed
	NotYetValid     Reason = "not_yet_valid"    // nbf or iat lies ahead
	Issuer          Reason = "issuer"           // iss is another
	Audience        Reason = "audience"         // aud is without ours
	Claims          Reason = "claims"           // a claim is missing that must be there, or sub is unfit for a log
	APIKey          Reason = "api_key"          // no such API key
	NoScope         Reason = "no_scope"         // good, but it grants no route; answered with a policy that denies
)

// Error gives the reason's name.
func (r Reason) Error() string { return string(r) }

// ReasonOf finds the reason in the chain of an error from Authenticate; it is
// empty where there is none.
func ReasonOf(err error) Reason {
	r, _ := errors.AsType[Reason](err)
	return r
}

// refuse makes the error that a refused credential is answered with.
func refuse(cause error) error {
	return apperr.Wrap(apperr.Unauthenticated, "Unauthorized", cause)
}
