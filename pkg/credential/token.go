package credential

import (
	"context"
	"crypto/rsa"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
)

// tokens verifies JSON Web Tokens.
type tokens struct {
	config config
	keys   *keyCache
	parser *jwt.Parser
}

// ed25519Method is EdDSA by its name of RFC 9864.
type ed25519Method struct{ *jwt.SigningMethodEd25519 }

func (ed25519Method) Alg() string { return "Ed25519" }

// registerMethods corrects golang-jwt's signing methods, once: it adds ed25519Method, and accepts a
// signature of RSASSA-PSS only with a salt as long as the hash (RFC 7518, section 3.5).
var registerMethods = sync.OnceFunc(func() {
	jwt.RegisterSigningMethod("Ed25519", func() jwt.SigningMethod { return ed25519Method{jwt.SigningMethodEdDSA} })
	for _, method := range []*jwt.SigningMethodRSAPSS{jwt.SigningMethodPS256, jwt.SigningMethodPS384, jwt.SigningMethodPS512} {
		strict := *method
		strict.VerifyOptions = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
		jwt.RegisterSigningMethod(method.Alg(), func() jwt.SigningMethod { return &strict })
	}
})

// canonical returns the one name by which algorithms are compared.
func canonical(algorithm string) string {
	if algorithm == "Ed25519" {
		return "EdDSA"
	}
	return algorithm
}

func newTokens(c config, keys *keyCache, now func() time.Time) *tokens {
	registerMethods()
	options := []jwt.ParserOption{
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
	return &tokens{config: c, keys: keys, parser: jwt.NewParser(options...)}
}

// verify returns the principal of a token. Its error holds an auth.Reason.
func (t *tokens) verify(ctx context.Context, token string) (auth.Principal, error) {
	h, err := parseJOSEHeader(token)
	if err != nil {
		return auth.Principal{}, err
	}
	if !slices.Contains(t.config.algorithms, h.Algorithm) {
		return auth.Principal{}, auth.ErrAlgorithm
	}
	var c claims
	err = t.keys.lookup(ctx, func(known keySet) error {
		keys, err := known.match(h)
		if err != nil {
			return err
		}
		c = claims{}
		_, err = t.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) {
			return jwt.VerificationKeySet{Keys: keys}, nil
		})
		return reasonFor(err)
	})
	if err != nil {
		return auth.Principal{}, err
	}
	return t.principal(c)
}

func (t *tokens) principal(c claims) (auth.Principal, error) {
	switch {
	case !auth.ValidSubject(c.Subject), c.Use != "" && c.Use != "access":
		return auth.Principal{}, auth.ErrClaims
	case t.config.clientID != "" && c.ClientID != t.config.clientID:
		return auth.Principal{}, auth.ErrAudience
	}
	return auth.Principal{
		Subject: c.Subject,
		Scopes:  c.granted(t.config.scopePrefix),
		Kind:    auth.KindJWT,
		Expires: c.Expires.Add(t.config.leeway),
	}, nil
}

// reasonFor maps golang-jwt's error, whose text may quote the token, to a reason; nil stays nil. The
// signature is checked before the claims, so a forged token reveals nothing about them.
func reasonFor(err error) error {
	if err == nil {
		return nil
	}
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
