package credential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/amazon"
)

// secretMaxAge is how long a removed API key, or a token by a secret that was rotated twice, is
// still accepted.
const secretMaxAge = 5 * time.Minute

// newSecretCache returns the cache of the stage's secret, or of the values of it that the
// environment has.
//
// Tokens by the previous version's secret are good too, so that a rotation ends none; API keys are
// those of the current version, so that a key can be revoked. An instance that was primed reads the
// previous version once a token does not fit the current one: most see no such token, and start
// with one call.
func newSecretCache(c config, now func() time.Time) *keyCache {
	k := &keyCache{now: now}
	k.fetch = func(ctx context.Context) (keySet, time.Duration, error) {
		if c.stage == nil {
			return c.keys, maxMaxAge, nil
		}
		set, err := c.readVersion(ctx, "AWSCURRENT")
		if err != nil || k.primed.Load() {
			return set, secretMaxAge, err
		}
		previous, err := c.readVersion(ctx, "AWSPREVIOUS")
		if errors.Is(err, amazon.ErrNotFound) || errors.Is(err, errMalformed) {
			err = nil // there is none before the first rotation, and a wrong one does no harm
		}
		set.secrets = append(set.secrets, previous.secrets...)
		return set, secretMaxAge, err
	}
	return k
}

var errMalformed = errors.New("malformed secret")

// readVersion reads a version of the stage's secret. Its error quotes nothing of it.
func (c config) readVersion(ctx context.Context, label string) (set keySet, err error) {
	text, err := c.stage.Read(ctx, label)
	if err != nil {
		return set, fmt.Errorf("read %s of the secret: %w", label, err)
	}
	var value struct {
		JWTSecret string  `json:"jwtSecret"`
		APIKeys   *string `json:"apiKeys"`
	}
	err = json.Unmarshal([]byte(text), &value)
	switch {
	case err != nil || c.usesAPIKeys && value.APIKeys == nil:
		return set, fmt.Errorf("%w: %s must be a JSON object with the texts jwtSecret and apiKeys, which may be empty", errMalformed, label)
	case c.usesSecret && len(value.JWTSecret) < minSecretBytes:
		return set, fmt.Errorf("%w: jwtSecret of %s must hold at least %d random bytes, and holds %d", errMalformed, label, minSecretBytes, len(value.JWTSecret))
	}
	if c.usesAPIKeys {
		set.apiKeys, set.dropped = parseAPIKeys(*value.APIKeys)
	}
	if c.usesSecret {
		set.secrets = []jwt.VerificationKey{[]byte(value.JWTSecret)}
	}
	return set, nil
}
