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

// Principal is who calls.
type Principal struct {
	// Subject is the token's sub, or the name of the API key: 1 to 255 bytes,
	// all printable. It is unique within its kind only; ID is unique.
	Subject string
	// Scopes are those of the principal's scopes that some route takes.
	Scopes []string
	// Kind is KindJWT or KindAPIKey.
	Kind string
	// Expires is when the credential stops being good; zero where it does not.
	Expires time.Time
	// UsageKey is the API Gateway key whose usage plan meters the principal;
	// empty where none does. It stays in the authorizer.
	UsageKey string
}

// ID names the principal among principals of both kinds, so that the token of
// a user called "billing" and the API key called "billing" are two callers.
func (p Principal) ID() string { return p.Kind + ":" + p.Subject }

// Has tells whether the principal holds the scope.
func (p Principal) Has(scope string) bool { return slices.Contains(p.Scopes, scope) }

// authorizerContext is what the authorizer tells the functions about a
// principal. API Gateway takes flat values only, and hands them on as texts.
type authorizerContext struct {
	Subject string  `json:"sub"`
	Scope   *string `json:"scope"`
	Kind    string  `json:"kind"`
	Expires *string `json:"exp"` // seconds since the epoch
}

// Context gives the principal as the authorizer hands it to API Gateway, which
// hands it to the function. FromContext is its other end.
func (p Principal) Context() map[string]any {
	c := map[string]any{
		"sub":   p.Subject,
		"scope": strings.Join(p.Scopes, " "),
		"kind":  p.Kind,
	}
	if !p.Expires.IsZero() {
		c["exp"] = strconv.FormatInt(p.Expires.Unix(), 10)
	}
	return c
}

// FromContext reads the principal from a request's authorizer context, as JSON
// (requestContext.authorizer of the event). Its error is Unauthenticated: a
// function that is called without its authorizer lets nobody in.
func FromContext(authorizer []byte) (Principal, error) {
	var c authorizerContext
	err := json.Unmarshal(authorizer, &c)
	if err != nil || c.Scope == nil || !validSubject(c.Subject) || (c.Kind != KindJWT && c.Kind != KindAPIKey) {
		return Principal{}, refuse(fmt.Errorf("the request has no principal from the authorizer: %w", Missing))
	}
	expires, err := c.expires()
	if err != nil {
		return Principal{}, refuse(err)
	}
	return Principal{
		Subject: c.Subject,
		Scopes:  knownScopes(strings.Split(*c.Scope, " ")),
		Kind:    c.Kind,
		Expires: expires,
	}, nil
}

func (c authorizerContext) expires() (time.Time, error) {
	if c.Expires == nil {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(*c.Expires, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("the authorizer's exp is not a time: %w", Malformed)
	}
	return time.Unix(seconds, 0), nil
}

// Require reads the principal of a request and checks that it holds the scope,
// which the authorizer's policy has done before: two locks with one key table.
// It also refuses a token that has expired since API Gateway remembered it.
// Its errors are Unauthenticated and Forbidden.
func Require(authorizer []byte, scope string) (Principal, error) {
	return requireAt(authorizer, scope, time.Now())
}

func requireAt(authorizer []byte, scope string, now time.Time) (Principal, error) {
	p, err := FromContext(authorizer)
	if err != nil {
		return Principal{}, err
	}
	if !p.Expires.IsZero() && !now.Before(p.Expires) {
		return Principal{}, refuse(Expired)
	}
	if !p.Has(scope) {
		return Principal{}, apperr.Wrap(apperr.Forbidden, "Forbidden", fmt.Errorf("%s lacks the scope %s", p.ID(), scope))
	}
	return p, nil
}

// maxSubjectBytes is OpenID Connect Core's bound on sub (section 2).
const maxSubjectBytes = 255

// validSubject tells whether a subject may stand in a log line, in a key of the
// table and in a response header of API Gateway's access log: no control or
// format characters, and none of those that stand for undecodable bytes, which
// would make one subject out of several.
func validSubject(s string) bool {
	if s == "" || len(s) > maxSubjectBytes {
		return false
	}
	for _, r := range s {
		if r == '\uFFFD' || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}
