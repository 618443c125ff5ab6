package credential_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

const (
	testIssuer   = "https://issuer.example/"
	testAudience = "https://users.example"
	testSecret   = "0123456789abcdef0123456789abcdef"
)

// clock is a clock that moves only by advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// env returns a lookup function for the variables.
func env(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}
}

// newAuthenticator returns an authenticator for variables that are valid.
func newAuthenticator(t *testing.T, c *clock, variables map[string]string) *credential.Authenticator {
	t.Helper()
	a, err := credential.New(env(variables), http.DefaultClient, c.Now)
	require.NoError(t, err)
	return a
}

// goodClaims returns the claims of a token that is valid for a minute.
func goodClaims(now time.Time) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": testIssuer, "aud": testAudience, "sub": "alice", "scope": auth.UsersRead,
		"exp": now.Add(time.Minute).Unix(),
	}
}

// changeClaims changes claims; the value nil removes one.
func changeClaims(claims, changes jwt.MapClaims) jwt.MapClaims {
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func signHS256(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(testSecret))
	require.NoError(t, err)
	return token
}

// signingKey is one key of an issuer.
type signingKey struct {
	id     string
	method jwt.SigningMethod
	key    crypto.Signer
}

func newECKey(t *testing.T, id string) signingKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return signingKey{id: id, method: jwt.SigningMethodES256, key: key}
}

func newEdKey(t *testing.T, id string) signingKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return signingKey{id: id, method: jwt.SigningMethodEdDSA, key: key}
}

func newRSAKey(t *testing.T, id string) signingKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return signingKey{id: id, method: jwt.SigningMethodRS256, key: key}
}

// sign returns a token, without kid if the key has no id.
func (k signingKey) sign(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, claims)
	if k.id != "" {
		token.Header["kid"] = k.id
	}
	signed, err := token.SignedString(k.key)
	require.NoError(t, err)
	return signed
}

// jwk returns the public key as a member of a key set.
func (k signingKey) jwk(t *testing.T) map[string]any {
	t.Helper()
	encoded, err := jose.JSONWebKey{Key: k.key.Public(), KeyID: k.id}.MarshalJSON()
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(encoded, &members))
	return members
}

// keySet returns the key set that publishes the keys.
func keySet(t *testing.T, keys ...signingKey) string {
	t.Helper()
	list := []map[string]any{}
	for _, k := range keys {
		list = append(list, k.jwk(t))
	}
	encoded, err := json.Marshal(map[string]any{"keys": list})
	require.NoError(t, err)
	return string(encoded)
}

func keyFaults(a *credential.Authenticator) []string {
	faults, _ := a.KeyFaults()
	return faults
}
