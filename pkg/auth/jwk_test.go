package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// publish makes an authenticator whose issuer publishes a key set.
func publish(t *testing.T, c *clock, set string) *auth.Authenticator {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(set))
	}))
	t.Cleanup(server.Close)
	return newAuthenticator(t, c, map[string]string{"JWKS_URL": server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
}

// changed gives a key set of one key with some members changed, or taken out
// where nil.
func changed(t *testing.T, k signingKey, changes map[string]any) string {
	t.Helper()
	members := k.jwk(t)
	for name, value := range changes {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	encoded, err := json.Marshal(map[string]any{"keys": []any{members}})
	require.NoError(t, err)
	return string(encoded)
}

func TestKeysThatServe(t *testing.T) {
	t.Parallel()
	c := newClock()
	rsaKey, ec := newRSAKey(t, "r"), newECKey(t, "e")
	for _, tt := range []struct {
		name string
		key  signingKey
		set  string
	}{
		{"RSA", rsaKey, keySet(t, rsaKey)},
		{"EC", ec, keySet(t, ec)},
		{"with its algorithm", ec, changed(t, ec, map[string]any{"alg": "ES256"})},
		{"for signatures", ec, changed(t, ec, map[string]any{"use": "sig", "key_ops": []string{"verify"}})},
		{"with members that nobody knows", ec, changed(t, ec, map[string]any{"exp": 1, "x-note": []int{1}})},
		{"among others of no use", ec, strings.Replace(keySet(t, ec), `[`, `[{"kty":"oct","k":"AAAA"},{"kty":"XYZ"},7,`, 1)},
		{"behind another with the same id", ec, keySet(t, newECKey(t, "e"), ec)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := publish(t, c, tt.set).Authenticate(t.Context(), "Bearer "+tt.key.sign(t, goodClaims(c.Now())))
			require.NoError(t, err)
			assert.Equal(t, "alice", p.Subject)
		})
	}
}

func TestKeysThatDoNotServe(t *testing.T) {
	t.Parallel()
	c := newClock()
	ec := newECKey(t, "e")
	private, err := jose.JSONWebKey{Key: ec.key, KeyID: "e"}.MarshalJSON()
	require.NoError(t, err)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	rsa1024 := signingKey{id: "e", method: jwt.SigningMethodRS256, key: small}
	rsa2048 := newRSAKey(t, "e")
	p224, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p384 := signingKey{id: "e", method: jwt.SigningMethodES384, key: p224}
	secret := base64.RawURLEncoding.EncodeToString([]byte(testSecret))

	for _, tt := range []struct {
		name string
		key  signingKey
		set  string
		want auth.Reason
	}{
		{"for encryption", ec, changed(t, ec, map[string]any{"use": "enc"}), auth.KeysUnavailable},
		{"for signing only", ec, changed(t, ec, map[string]any{"key_ops": []string{"sign"}}), auth.KeysUnavailable},
		{"for no operation", ec, changed(t, ec, map[string]any{"key_ops": []string{}}), auth.KeysUnavailable},
		{"operations of another type", ec, changed(t, ec, map[string]any{"key_ops": "verify"}), auth.KeysUnavailable},
		{"private", ec, `{"keys":[` + string(private) + `]}`, auth.KeysUnavailable},
		{"symmetric", ec, `{"keys":[{"kty":"oct","kid":"e","alg":"ES256","k":"` + secret + `"}]}`, auth.KeysUnavailable},
		{"RSA of 1024 bits", rsa1024, keySet(t, rsa1024), auth.KeysUnavailable},
		{"RSA with exponent 3", rsa2048, changed(t, rsa2048, map[string]any{"e": "Aw"}), auth.KeysUnavailable},
		{"RSA with exponent 1", rsa2048, changed(t, rsa2048, map[string]any{"e": "AQ"}), auth.KeysUnavailable},
		{"RSA with an even exponent", rsa2048, changed(t, rsa2048, map[string]any{"e": "AQAC"}), auth.KeysUnavailable},
		{"an unknown curve", ec, changed(t, ec, map[string]any{"crv": "secp256k1"}), auth.KeysUnavailable},
		{"another curve", ec, changed(t, ec, map[string]any{"crv": "P-384"}), auth.KeysUnavailable},
		{"not on its curve", ec, changed(t, ec, map[string]any{"y": ec.jwk(t)["x"]}), auth.KeysUnavailable},
		{"an algorithm of another type", ec, changed(t, ec, map[string]any{"alg": "RS256"}), auth.KeysUnavailable},
		{"an algorithm of another curve", ec, changed(t, ec, map[string]any{"alg": "ES384"}), auth.KeysUnavailable},
		{"an algorithm that is symmetric", ec, changed(t, ec, map[string]any{"alg": "HS256"}), auth.KeysUnavailable},
		{"members in capitals", ec, strings.ReplaceAll(keySet(t, ec), `"crv"`, `"CRV"`), auth.KeysUnavailable},
		{"a member twice", ec, strings.ReplaceAll(keySet(t, ec), `"crv"`, `"crv":"P-384","crv"`), auth.KeysUnavailable},
		{"keys twice", ec, strings.Replace(keySet(t, ec), `{`, `{"keys":[],`, 1), auth.KeysUnavailable},
		{"another key", newECKey(t, "e"), keySet(t, ec), auth.Signature},
		{"another id", newECKey(t, "f"), keySet(t, ec), auth.UnknownKey},
		{"an id in capitals", signingKey{"E", ec.method, ec.key}, keySet(t, ec), auth.UnknownKey},
		{"no id, and two that would do", signingKey{"", ec.method, ec.key}, keySet(t, ec, newECKey(t, "f")), auth.UnknownKey},
		{"the other padding than the key's", signingKey{"e", jwt.SigningMethodPS256, rsa2048.key}, changed(t, rsa2048, map[string]any{"alg": "RS256"}), auth.Algorithm},
		{"ES384 of a key for ES256", p384, keySet(t, ec), auth.Algorithm},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := publish(t, c, tt.set).Authenticate(t.Context(), "Bearer "+tt.key.sign(t, goodClaims(c.Now())))
			require.Error(t, err)
			assert.Equal(t, tt.want, auth.ReasonOf(err), err)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

// golang-jwt looks at the length of an ECDSA signature and not at the curve of
// the key: 64 bytes by a P-384 key are an ES256 signature to it.
func TestAlgorithmIsBoundToTheCurve(t *testing.T) {
	t.Parallel()
	c := newClock()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	key := signingKey{id: "k", method: jwt.SigningMethodES256, key: k}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, goodClaims(c.Now()))
	token.Header["kid"] = "k"
	text, err := token.SigningString()
	require.NoError(t, err)
	signed := text + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	_, err = publish(t, c, keySet(t, key)).Authenticate(t.Context(), "Bearer "+signed)
	assert.Equal(t, auth.Algorithm, auth.ReasonOf(err))
}

func TestTokenWithoutKeyID(t *testing.T) {
	t.Parallel()
	c := newClock()
	ec, ed := newECKey(t, ""), newEdKey(t, "ed")
	a := publish(t, c, keySet(t, ec, ed))
	_, err := a.Authenticate(t.Context(), "Bearer "+ec.sign(t, goodClaims(c.Now())))
	assert.NoError(t, err, "only one key serves ES256")
	ed.id = ""
	_, err = a.Authenticate(t.Context(), "Bearer "+ed.sign(t, goodClaims(c.Now())))
	assert.NoError(t, err, "only one key serves EdDSA")
}

func TestAlgorithmsAreConfigured(t *testing.T) {
	t.Parallel()
	c := newClock()
	ec, ed := newECKey(t, "ec"), newEdKey(t, "ed")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(keySet(t, ec, ed)))
	}))
	t.Cleanup(server.Close)
	a := newAuthenticator(t, c, map[string]string{"JWKS_URL": server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience, "JWT_ALGORITHMS": "EdDSA"})
	_, err := a.Authenticate(t.Context(), "Bearer "+ed.sign(t, goodClaims(c.Now())))
	assert.NoError(t, err)
	_, err = a.Authenticate(t.Context(), "Bearer "+ec.sign(t, goodClaims(c.Now())))
	assert.Equal(t, auth.Algorithm, auth.ReasonOf(err))
}
