package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keySource finds the keys that a token may have been signed with. Its error
// holds a Reason.
type keySource interface {
	find(ctx context.Context, h header) ([]jwt.VerificationKey, error)
}

// sharedSecret is the key source of HS256: one key, whatever kid says.
type sharedSecret []byte

func (s sharedSecret) find(context.Context, header) ([]jwt.VerificationKey, error) {
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
		jwt.WithStrictDecoding(), // one spelling per token: RFC 7515, section 2
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

// verify gives the principal of a token. Its error holds a Reason.
func (t *tokens) verify(ctx context.Context, token string) (Principal, error) {
	h, err := parseHeader(token)
	if err != nil {
		return Principal{}, err
	}
	if !slices.Contains(t.algorithms, h.Algorithm) {
		return Principal{}, Algorithm
	}
	keys, err := t.keys.find(ctx, h)
	if err != nil {
		return Principal{}, err
	}
	var c claims
	_, err = t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) {
		return jwt.VerificationKeySet{Keys: keys}, nil
	})
	if err != nil {
		return Principal{}, reasonFor(err)
	}
	return t.principal(c)
}

func (t *tokens) principal(c claims) (Principal, error) {
	if !validSubject(c.Subject) {
		return Principal{}, Claims
	}
	return Principal{
		Subject: c.Subject,
		Scopes:  c.granted(),
		Kind:    KindJWT,
		Expires: c.Expires.Add(t.leeway),
	}, nil
}

// reasonFor takes the reason from golang-jwt's error, whose text may quote the
// token and goes no further. A signature is checked before the claims, so that
// one that is not good tells nothing about them.
func reasonFor(err error) Reason {
	for _, known := range []struct {
		err    error
		reason Reason
	}{
		{jwt.ErrTokenSignatureInvalid, Signature},
		{jwt.ErrTokenExpired, Expired},
		{jwt.ErrTokenNotValidYet, NotYetValid},
		{jwt.ErrTokenUsedBeforeIssued, NotYetValid},
		{jwt.ErrTokenInvalidIssuer, Issuer},
		{jwt.ErrTokenInvalidAudience, Audience},
		{jwt.ErrTokenRequiredClaimMissing, Claims},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return Malformed
}
