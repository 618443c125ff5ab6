// Package auth has what the functions know about the caller: the principal that the authorizer
// passes on, the scopes, and the one table of routes.
//
// The authorizer in front of the API turns a credential into a Principal and the Principal into a
// policy (package credential). API Gateway passes the Principal to the function as the request's
// authorizer context. Require reads it back and checks the scope once more, so that a function that
// is called without its authorizer, or by a policy that is too wide, refuses.
package auth

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"users-api/pkg/apperr"
)

// The kinds of a principal.
const (
	KindJWT    = "jwt"
	KindAPIKey = "api-key"
)

// Principal is the caller.
type Principal struct {
	// Subject is the token's sub, or the name of the API key: 1 to 255 bytes, all printable. It is
	// unique within its kind only; ID is unique.
	Subject string
	// Scopes are the principal's scopes that some route asks for.
	Scopes []Scope
	// Kind is KindJWT or KindAPIKey.
	Kind string
	// Expires is when the credential expires; zero if it does not.
	Expires time.Time
	// UsageKey is the API Gateway key whose usage plan meters the principal; "" if none does. It
	// stays in the authorizer.
	UsageKey string
}

// ID names the principal among principals of both kinds, so that the token of a user called
// "billing" and the API key called "billing" are two callers.
func (p Principal) ID() string { return p.Kind + ":" + p.Subject }

// Has reports whether the principal holds the scope.
func (p Principal) Has(scope Scope) bool { return slices.Contains(p.Scopes, scope) }

// Context is a principal as the authorizer passes it to API Gateway, which passes it to the
// function. API Gateway accepts flat values only, and passes them on as strings.
type Context struct {
	Subject string  `json:"sub"`
	Scope   *string `json:"scope"`
	Kind    string  `json:"kind"`
	Expires *string `json:"exp,omitempty"` // seconds since the epoch
}

// Context returns the context that FromContext reads.
func (p Principal) Context() Context {
	scope := strings.Join(p.Scopes, " ")
	c := Context{Subject: p.Subject, Scope: &scope, Kind: p.Kind}
	if !p.Expires.IsZero() {
		c.Expires = new(strconv.FormatInt(p.Expires.Unix(), 10))
	}
	return c
}

// FromContext reads the principal from a request's authorizer context, as JSON
// (requestContext.authorizer of the event). Its error is Unauthenticated: a function that is called
// without its authorizer accepts nobody.
func FromContext(authorizer []byte) (Principal, error) {
	var c Context
	err := json.Unmarshal(authorizer, &c)
	if err != nil || c.Scope == nil || !ValidSubject(c.Subject) || (c.Kind != KindJWT && c.Kind != KindAPIKey) {
		return Principal{}, Refuse(fmt.Errorf("the request has no principal from the authorizer: %w", ErrMissing))
	}
	p := Principal{Subject: c.Subject, Scopes: KnownScopes(strings.Split(*c.Scope, " ")), Kind: c.Kind}
	if c.Expires != nil {
		seconds, err := strconv.ParseInt(*c.Expires, 10, 64)
		if err != nil {
			return Principal{}, Refuse(fmt.Errorf("the authorizer's exp is not a time: %w", ErrMalformed))
		}
		p.Expires = time.Unix(seconds, 0)
	}
	return p, nil
}

// Require reads the principal of a request and checks that it holds the scope, which the
// authorizer's policy has checked before. It also refuses a token that expired after API Gateway
// cached its policy. Its errors are Unauthenticated and Forbidden.
func Require(authorizer []byte, scope Scope, now time.Time) (Principal, error) {
	p, err := FromContext(authorizer)
	if err != nil {
		return Principal{}, err
	}
	if !p.Expires.IsZero() && !now.Before(p.Expires) {
		return Principal{}, Refuse(ErrExpired)
	}
	if !p.Has(scope) {
		return Principal{}, apperr.Wrap(apperr.Forbidden, "Forbidden", fmt.Errorf("%s lacks the scope %s", p.ID(), scope))
	}
	return p, nil
}

// maxSubjectBytes is OpenID Connect Core's bound on sub (section 2).
const maxSubjectBytes = 255

// ValidSubject reports whether a subject is fit for a log line, a key of the table and API
// Gateway's access log: it has no control or format characters, and not the replacement character,
// which would make one subject of several.
func ValidSubject(s string) bool {
	unfit := func(r rune) bool { return r == '\uFFFD' || !strconv.IsPrint(r) }
	return s != "" && len(s) <= maxSubjectBytes && !strings.ContainsFunc(s, unfit)
}
