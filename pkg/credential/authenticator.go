// Package credential turns the credential of a request into a principal and a policy. Only the
// authorizer needs it; what the functions know about a caller is in package auth.
//
// A credential is the value of one request header, by default
//
//	Authorization: Bearer <JSON Web Token>
//	Authorization: ApiKey <key>
//
// A token is accepted if it is signed by the stage's secret or the one before it (HS256) or by a key
// that the issuer publishes, has not expired, and names the expected issuer and audience; an API
// key, if the stage's secret has its SHA-256 digest. The reason for a refusal is an auth.Reason for
// the operator, which holds no part of what the caller sent.
//
// The defenses, by RFC 8725 (JWT best current practices):
//
//   - The algorithms are configured, never taken from the token, and each key
//     serves only the algorithms of its own type, curve and "alg" member.
//   - Names of JSON members are compared exactly, and an object with a duplicate
//     member is refused, in a header, in claims and in a key set. Package
//     encoding/json accepts "EXP" as "exp", and the last of two members.
//   - A header that carries or points at a key (jwk, jku, x5c, x5u) or asks for more
//     than a signature (crit, b64, zip, cty, enc) is refused.
//   - Base64url is accepted in its canonical form only, and at most 8 KB are read.
//
// Limits: a token cannot be revoked by itself, and a JWE is not read. An ECDSA signature (r, s) has
// an equivalent (r, n-s), which RFC 7518 does not forbid, so do not compare tokens by text.
package credential

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/env"
)

// Authenticator turns credentials into principals. It is safe for concurrent use.
type Authenticator struct {
	config    config
	parse     func(header string) (credential, error)
	parser    *jwt.Parser
	secret    *keyCache
	tokenKeys *keyCache   // the secret's or the issuer's; nil if tokens are not accepted
	caches    []*keyCache // each of the two once
	now       func() time.Time
}

// FromEnv returns the authenticator of a deployed function, see New.
func FromEnv(lookup env.Lookup) (*Authenticator, error) {
	return New(lookup, http.DefaultClient, time.Now)
}

// New returns an authenticator that is configured by variables, fetches the issuer's keys with
// client and takes the time from now. The variables are IDENTITY_HEADER, SECRET_ID (or JWT_SECRET and
// API_KEYS), API_KEYS_ONLY, TOKENS_ONLY, JWKS_URL, JWT_ISSUER, JWT_AUDIENCE, JWT_CLIENT_ID,
// JWT_SCOPE_PREFIX, JWT_ALGORITHMS and JWT_LEEWAY; docs/operations.md describes them. The error
// names every one that is missing or wrong. It says what each must hold, and quotes none.
func New(lookup env.Lookup, client *http.Client, now func() time.Time) (*Authenticator, error) {
	c, err := parseConfig(lookup)
	if err != nil {
		return nil, err
	}
	secret := newSecretCache(c, now)
	a := &Authenticator{config: c, parse: parseHeader, parser: newParser(c, now), secret: secret, caches: []*keyCache{secret}, now: now}
	switch {
	case c.bareKey:
		a.parse = parseBareKey
	case c.usesSecret:
		a.tokenKeys = secret
	case c.jwksURL != "":
		a.tokenKeys = &keyCache{fetch: newFetcher(c.jwksURL, client), now: now}
		a.caches = append(a.caches, a.tokenKeys)
	}
	return a, nil
}

// Authenticate returns the principal of the credential in the identity header. Its error has an
// auth.Reason in its chain. It is Unauthenticated, or Unavailable if the issuer's keys or the stage's
// secret cannot be fetched, which is not the caller's fault.
func (a *Authenticator) Authenticate(ctx context.Context, header string) (auth.Principal, error) {
	p, err := a.principal(ctx, header)
	switch {
	case errors.Is(err, auth.ErrKeysUnavailable):
		return auth.Principal{}, apperr.Wrap(apperr.Unavailable, "Service unavailable, try again", err)
	case err != nil:
		return auth.Principal{}, auth.Refuse(err)
	}
	return p, nil
}

func (a *Authenticator) principal(ctx context.Context, header string) (p auth.Principal, err error) {
	c, err := a.parse(header)
	switch {
	case err != nil:
		return auth.Principal{}, err
	case c.scheme == schemeAPIKey && a.config.usesAPIKeys:
		err = a.secret.lookup(ctx, func(known keySet) (err error) {
			p, err = known.apiKeys.find(c.value)
			return err
		})
		return p, err
	case c.scheme == schemeBearer && a.tokenKeys != nil:
		return a.verify(ctx, c.value)
	}
	return auth.Principal{}, auth.ErrScheme
}

// KeyFaults returns which fetched keys cannot be used, or why they could not be fetched, once for
// each fetch, for the log. Known keys keep working meanwhile, so no caller need notice.
func (a *Authenticator) KeyFaults() (faults []string, unavailable bool) {
	for _, cache := range a.caches {
		more, failed := cache.takeUnreported()
		faults, unavailable = append(faults, more...), unavailable || failed
	}
	return faults, unavailable
}

// Connect fetches the stage's secret and the issuer's keys, so that the first request does not wait
// for them. An error is no reason not to start: they are fetched again when a request needs them.
func (a *Authenticator) Connect(ctx context.Context) (err error) {
	for _, cache := range a.caches {
		err = errors.Join(err, cache.prime(ctx))
	}
	return err
}

// Rehearsal returns an identity header with which the authorizer can serve a made-up request while
// it starts. If the secret of tokens is known, it holds a valid token that grants nothing, so the
// request runs the same code as a caller's; otherwise an API key that does not exist. The header
// must not leave the process.
func (a *Authenticator) Rehearsal(ctx context.Context) (string, error) {
	a.secret.update(ctx, false) // or wait for Connect's
	known, _, _ := a.secret.state()
	if known.secrets == nil {
		return "ApiKey rehearsal", nil
	}
	claims := jwt.MapClaims{
		"iss": a.config.issuer, "aud": a.config.audience, "client_id": a.config.clientID,
		"sub": "rehearsal", "scope": "none", "exp": a.now().Add(time.Minute).Unix(),
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(known.secrets[0])
	return "Bearer " + token, err
}
