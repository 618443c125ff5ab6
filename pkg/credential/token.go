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

func newParser(c config, now func() time.Time) *jwt.Parser {
	registerMethods()
	options := []jwt.ParserOption{
		jwt.WithStrictDecoding(), // one spelling for each token: RFC 7515, section 2
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(c.leeway),
		jwt.WithTimeFunc(now),
		jwt.WithIssuer(c.issuer), // "" is any
	}
	if c.audience != "" {
		options = append(options, jwt.WithAudience(c.audience))
	}
	return jwt.NewParser(options...)
}

// verify returns the principal of a token. Its error holds an auth.Reason.
func (a *Authenticator) verify(ctx context.Context, token string) (auth.Principal, error) {
	h, err := parseJOSEHeader(token)
	if err != nil {
		return auth.Principal{}, err
	}
	if !slices.Contains(a.config.algorithms, h.Algorithm) {
		return auth.Principal{}, auth.ErrAlgorithm
	}
	var c claims
	err = a.tokenKeys.lookup(ctx, func(known keySet) error {
		keys, err := known.match(h)
		if err != nil {
			return err
		}
		c = claims{}
		_, err = a.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) {
			return jwt.VerificationKeySet{Keys: keys}, nil
		})
		return reasonFor(err)
	})
	if err != nil {
		return auth.Principal{}, err
	}
	return a.config.principal(c)
}

func (c config) principal(verified claims) (auth.Principal, error) {
	switch {
	case !auth.ValidSubject(verified.Subject), verified.Use != "" && verified.Use != "access":
		return auth.Principal{}, auth.ErrClaims
	case c.clientID != "" && c.clientID != verified.ClientID:
		return auth.Principal{}, auth.ErrAudience
	}
	return auth.Principal{
		Subject: verified.Subject,
		Scopes:  verified.granted(c.scopePrefix),
		Kind:    auth.KindJWT,
		Expires: verified.Expires.Add(c.leeway),
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
