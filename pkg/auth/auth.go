package auth

import (
	"context"
	"net/http"
	"time"
)

// Authenticator turns credentials into principals. It may be used by several
// goroutines at a time.
type Authenticator struct {
	parse  func(header string) (credential, error)
	keys   keyring     // nil where no API keys are taken
	tokens *tokens     // nil where no tokens are taken
	issuer *issuerKeys // nil where the issuer publishes no keys
	config config
	now    func() time.Time
}

// FromEnv makes the authenticator of a deployed function, see New.
func FromEnv(lookup func(string) (string, bool)) (*Authenticator, error) {
	return New(lookup, http.DefaultClient, time.Now)
}

// New makes an authenticator from variables, which lookup gives as os.LookupEnv
// does, a client that fetches the issuer's keys, and a clock. An empty variable
// counts as not set.
//
//	IDENTITY_HEADER  the header that API Gateway passes. With any other than
//	                 Authorization, the default, it holds a bare API key.
//	API_KEYS         the API keys, as FormatAPIKey writes them, with commas
//	API_KEYS_ONLY    true: no tokens are taken
//	JWT_SECRET       the secret of HS256 tokens, at least 32 bytes; or
//	JWKS_URL         where the issuer of RS, PS, ES and EdDSA tokens publishes
//	                 its keys
//	JWT_ISSUER       the iss of good tokens; required with JWKS_URL
//	JWT_AUDIENCE     the aud of good tokens; required with JWKS_URL
//	JWT_ALGORITHMS   some of the algorithms, with commas; by default all
//	JWT_LEEWAY       by how many seconds clocks may differ: 0, the default, to 30
//
// Where only API keys are taken, because API_KEYS_ONLY or IDENTITY_HEADER says
// so, API_KEYS is required and the variables of tokens are not looked at.
// Anywhere else one of JWT_SECRET and JWKS_URL is.
//
// The error names every variable that is missing or wrong and what it must
// hold. It quotes none of them.
func New(lookup func(string) (string, bool), client *http.Client, now func() time.Time) (*Authenticator, error) {
	c, err := parseConfig(lookup)
	if err != nil {
		return nil, err
	}
	a := &Authenticator{parse: parseCredential, keys: c.keys, config: c, now: now}
	switch {
	case c.bareKey:
		a.parse = parseBareKey
	case c.secret != "":
		a.tokens = newTokens(c, sharedSecret(c.secret), now)
	case c.jwksURL != "":
		a.issuer = &issuerKeys{fetch: newFetcher(c.jwksURL, client).fetch, now: now}
		a.tokens = newTokens(c, a.issuer, now)
	}
	return a, nil
}

// Authenticate gives the principal whose credential the identity header holds.
// Its error is Unauthenticated and has a Reason in its chain.
func (a *Authenticator) Authenticate(ctx context.Context, header string) (Principal, error) {
	c, err := a.parse(header)
	if err != nil {
		return Principal{}, refuse(err)
	}
	p, err := a.principal(ctx, c)
	if err != nil {
		return Principal{}, refuse(err)
	}
	return p, nil
}

func (a *Authenticator) principal(ctx context.Context, c credential) (Principal, error) {
	switch {
	case c.scheme == schemeAPIKey && a.keys != nil:
		return a.keys.find(c.value)
	case c.scheme == schemeBearer && a.tokens != nil:
		return a.tokens.verify(ctx, c.value)
	}
	return Principal{}, Scheme
}
