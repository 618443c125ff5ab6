package credential

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
)

// keySource finds the keys that may have signed a token. Its error holds an auth.Reason.
type keySource interface {
	find(ctx context.Context, h joseHeader) ([]jwt.VerificationKey, error)
}

// sharedSecret is the key source of HS256: one key, whatever the token's kid.
type sharedSecret []byte

func (s sharedSecret) find(context.Context, joseHeader) ([]jwt.VerificationKey, error) {
	return []jwt.VerificationKey{[]byte(s)}, nil
}

// tokens verifies JSON Web Tokens.
type tokens struct {
	algorithms []string
	keys       keySource
	parser     *jwt.Parser
	leeway     time.Duration
}

func newTokens(c config, keys keySource, now func() time.Time) *tokens {
	options := []jwt.ParserOption{
		jwt.WithValidMethods(c.algorithms),
		jwt.WithStrictDecoding(), // one spelling for each token: RFC 7515, section 2
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(c.leeway),
		jwt.WithTimeFunc(now),
	}
	if c.issuer != "" {
		options = append(options, jwt.WithIssuer(c.issuer))
	}
	if c.audience != "" {
		options = append(options, jwt.WithAudience(c.audience))
	}
	return &tokens{algorithms: c.algorithms, keys: keys, parser: jwt.NewParser(options...), leeway: c.leeway}
}

// verify returns the principal of a token. Its error holds an auth.Reason.
func (t *tokens) verify(ctx context.Context, token string) (auth.Principal, error) {
	h, err := parseJOSEHeader(token)
	if err != nil {
		return auth.Principal{}, err
	}
	if !slices.Contains(t.algorithms, h.Algorithm) {
		return auth.Principal{}, auth.ErrAlgorithm
	}
	keys, err := t.keys.find(ctx, h)
	if err != nil {
		return auth.Principal{}, err
	}
	var c claims
	_, err = t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) {
		return jwt.VerificationKeySet{Keys: keys}, nil
	})
	if err != nil {
		return auth.Principal{}, reasonFor(err)
	}
	return t.principal(c)
}

func (t *tokens) principal(c claims) (auth.Principal, error) {
	if !auth.ValidSubject(c.Subject) {
		return auth.Principal{}, auth.ErrClaims
	}
	return auth.Principal{
		Subject: c.Subject,
		Scopes:  c.granted(),
		Kind:    auth.KindJWT,
		Expires: c.Expires.Add(t.leeway),
	}, nil
}

// reasonFor maps golang-jwt's error, whose text may quote the token, to a reason. The signature is
// checked before the claims, so a forged token reveals nothing about them.
func reasonFor(err error) auth.Reason {
	for _, known := range []struct {
		err    error
		reason auth.Reason
	}{
		{jwt.ErrTokenSignatureInvalid, auth.ErrSignature},
		{jwt.ErrTokenExpired, auth.ErrExpired},
		{jwt.ErrTokenNotValidYet, auth.ErrNotYetValid},
		{jwt.ErrTokenUsedBeforeIssued, auth.ErrNotYetValid},
		{jwt.ErrTokenInvalidIssuer, auth.ErrIssuer},
		{jwt.ErrTokenInvalidAudience, auth.ErrAudience},
		{jwt.ErrTokenRequiredClaimMissing, auth.ErrClaims},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return auth.ErrMalformed
}
