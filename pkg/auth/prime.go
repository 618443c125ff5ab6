package auth

import (
	"context"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Prime does at start what the first token would have to wait for: it fetches
// the issuer's keys. An error is no reason not to start, since they are fetched
// again when a token needs them.
func (a *Authenticator) Prime(ctx context.Context) error {
	if a.issuer == nil {
		return nil
	}
	return a.issuer.prime(ctx)
}

// Rehearsal gives an identity header for an authorizer to serve itself while it
// starts, at the full speed that Lambda grants until then: where the secret of
// tokens is known, a good token that grants nothing, which takes the whole way
// of a caller's; elsewhere an API key that does not exist. It must not leave
// the process.
func (a *Authenticator) Rehearsal() (string, error) {
	if a.config.secret == "" {
		return "ApiKey rehearsal", nil
	}
	claims := jwt.MapClaims{"sub": "rehearsal", "scope": "none", "exp": a.now().Add(time.Minute).Unix()}
	if a.config.issuer != "" {
		claims["iss"] = a.config.issuer
	}
	if a.config.audience != "" {
		claims["aud"] = a.config.audience
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(a.config.secret))
	return "Bearer " + token, err
}
