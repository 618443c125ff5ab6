package credential_test

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
	"users-api/pkg/credential"
)

// publish returns an authenticator whose issuer publishes a key set.
func publish(t *testing.T, c *clock, set string) *credential.Authenticator {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(set))
	}))
	t.Cleanup(server.Close)
	return newAuthenticator(t, c, map[string]string{"JWKS_URL": server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
}

// changedKeySet returns a key set of one key with changed members; the value nil removes one.
func changedKeySet(t *testing.T, k signingKey, changes map[string]any) string {
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

func TestUsableKeys(t *testing.T) {
	t.Parallel()
	c := newClock()
	rsaKey, ec := newRSAKey(t, "r"), newECKey(t, "e")
	for _, tt := range []struct {
		name string
		key  signingKey
		set  string
	}{
		{name: "RSA", key: rsaKey, set: keySet(t, rsaKey)},
		{name: "EC", key: ec, set: keySet(t, ec)},
		{name: "with alg", key: ec, set: changedKeySet(t, ec, map[string]any{"alg": "ES256"})},
		{name: "with use and key_ops", key: ec, set: changedKeySet(t, ec, map[string]any{"use": "sig", "key_ops": []string{"verify"}})},
		{name: "with unknown members", key: ec, set: changedKeySet(t, ec, map[string]any{"exp": 1, "x-note": []int{1}})},
		{name: "with malformed certificates", key: rsaKey, set: changedKeySet(t, rsaKey, map[string]any{"x5c": []string{"!"}, "x5t": 1, "x5t#S256": "short", "x5u": "::"})},
		{name: "with a certificate of another type", key: ec, set: changedKeySet(t, ec, map[string]any{"x5c": "none"})},
		{name: "next to unusable keys", key: ec, set: strings.Replace(keySet(t, ec), `[`, `[{"kty":"oct","k":"AAAA"},{"kty":"XYZ"},7,`, 1)},
		{name: "after another key with the same id", key: ec, set: keySet(t, newECKey(t, "e"), ec)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := publish(t, c, tt.set).Authenticate(t.Context(), "Bearer "+tt.key.sign(t, goodClaims(c.Now())))
			require.NoError(t, err)
			assert.Equal(t, "alice", p.Subject)
		})
	}
}

func TestUnusableKeys(t *testing.T) {
	t.Parallel()
	c := newClock()
	ec := newECKey(t, "e")
	private, err := jose.JSONWebKey{Key: ec.key, KeyID: "e"}.MarshalJSON()
	require.NoError(t, err)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	rsa1024 := signingKey{id: "e", method: jwt.SigningMethodRS256, key: small}
	rsa2048 := newRSAKey(t, "e")
	p384Key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p384 := signingKey{id: "e", method: jwt.SigningMethodES384, key: p384Key}
	secret := base64.RawURLEncoding.EncodeToString([]byte(testSecret))

	for _, tt := range []struct {
		name string
		key  signingKey
		set  string
		want auth.Reason
	}{
		{name: "use of encryption", key: ec, set: changedKeySet(t, ec, map[string]any{"use": "enc"}), want: auth.ErrKeysUnavailable},
		{name: "key_ops without verify", key: ec, set: changedKeySet(t, ec, map[string]any{"key_ops": []string{"sign"}}), want: auth.ErrKeysUnavailable},
		{name: "empty key_ops", key: ec, set: changedKeySet(t, ec, map[string]any{"key_ops": []string{}}), want: auth.ErrKeysUnavailable},
		{name: "string as key_ops", key: ec, set: changedKeySet(t, ec, map[string]any{"key_ops": "verify"}), want: auth.ErrKeysUnavailable},
		{name: "private key", key: ec, set: `{"keys":[` + string(private) + `]}`, want: auth.ErrKeysUnavailable},
		{name: "symmetric key", key: ec, set: `{"keys":[{"kty":"oct","kid":"e","alg":"ES256","k":"` + secret + `"}]}`, want: auth.ErrKeysUnavailable},
		{name: "1024-bit RSA key", key: rsa1024, set: keySet(t, rsa1024), want: auth.ErrKeysUnavailable},
		{name: "RSA with exponent 3", key: rsa2048, set: changedKeySet(t, rsa2048, map[string]any{"e": "Aw"}), want: auth.ErrKeysUnavailable},
		{name: "RSA with exponent 1", key: rsa2048, set: changedKeySet(t, rsa2048, map[string]any{"e": "AQ"}), want: auth.ErrKeysUnavailable},
		{name: "RSA with an even exponent", key: rsa2048, set: changedKeySet(t, rsa2048, map[string]any{"e": "AQAC"}), want: auth.ErrKeysUnavailable},
		{name: "unknown curve", key: ec, set: changedKeySet(t, ec, map[string]any{"crv": "secp256k1"}), want: auth.ErrKeysUnavailable},
		{name: "wrong curve", key: ec, set: changedKeySet(t, ec, map[string]any{"crv": "P-384"}), want: auth.ErrKeysUnavailable},
		{name: "point off the curve", key: ec, set: changedKeySet(t, ec, map[string]any{"y": ec.jwk(t)["x"]}), want: auth.ErrKeysUnavailable},
		{name: "alg of another type", key: ec, set: changedKeySet(t, ec, map[string]any{"alg": "RS256"}), want: auth.ErrKeysUnavailable},
		{name: "alg of another curve", key: ec, set: changedKeySet(t, ec, map[string]any{"alg": "ES384"}), want: auth.ErrKeysUnavailable},
		{name: "symmetric alg", key: ec, set: changedKeySet(t, ec, map[string]any{"alg": "HS256"}), want: auth.ErrKeysUnavailable},
		{name: "member in upper case", key: ec, set: strings.ReplaceAll(keySet(t, ec), `"crv"`, `"CRV"`), want: auth.ErrKeysUnavailable},
		{name: "duplicate member", key: ec, set: strings.ReplaceAll(keySet(t, ec), `"crv"`, `"crv":"P-384","crv"`), want: auth.ErrKeysUnavailable},
		{name: "duplicate keys member", key: ec, set: strings.Replace(keySet(t, ec), `{`, `{"keys":[],`, 1), want: auth.ErrKeysUnavailable},
		{name: "another key", key: newECKey(t, "e"), set: keySet(t, ec), want: auth.ErrSignature},
		{name: "another id", key: newECKey(t, "f"), set: keySet(t, ec), want: auth.ErrUnknownKey},
		{name: "id in upper case", key: signingKey{"E", ec.method, ec.key}, set: keySet(t, ec), want: auth.ErrUnknownKey},
		{name: "no id and two candidate keys", key: signingKey{"", ec.method, ec.key}, set: keySet(t, ec, newECKey(t, "f")), want: auth.ErrUnknownKey},
		{name: "PS256 with a key for RS256", key: signingKey{"e", jwt.SigningMethodPS256, rsa2048.key},
			set: changedKeySet(t, rsa2048, map[string]any{"alg": "RS256"}), want: auth.ErrAlgorithm},
		{name: "ES384 with a key for ES256", key: p384, set: keySet(t, ec), want: auth.ErrAlgorithm},
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

// golang-jwt checks the length of an ECDSA signature and not the curve of the key: it would accept
// an ES256 signature of 64 bytes by a P-384 key.
func TestAlgorithmIsBoundToCurve(t *testing.T) {
	t.Parallel()
	c := newClock()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	key := signingKey{id: "k", method: jwt.SigningMethodES256, key: k}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, goodClaims(c.Now()))
	token.Header["kid"] = "k"
	input, err := token.SigningString()
	require.NoError(t, err)
	signed := input + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	_, err = publish(t, c, keySet(t, key)).Authenticate(t.Context(), "Bearer "+signed)
	assert.Equal(t, auth.ErrAlgorithm, auth.ReasonOf(err))
}

func TestDroppedKeysAreNamedOnce(t *testing.T) {
	t.Parallel()
	c, ec := newClock(), newECKey(t, "good")
	a := publish(t, c, strings.Replace(keySet(t, ec), `[`, `[{"kty":"oct","kid":"bad","k":"AAAA"},`, 1))
	assert.Empty(t, keyFaults(a), "nothing is fetched yet")
	_, err := a.Authenticate(t.Context(), "Bearer "+ec.sign(t, goodClaims(c.Now())))
	require.NoError(t, err)
	assert.Equal(t, []string{`kid "bad": a key is symmetric or private, and must not be published`}, keyFaults(a))
	assert.Empty(t, keyFaults(a))
}

// Ed25519 is the name of EdDSA with that curve in RFC 9864.
func TestEd25519(t *testing.T) {
	t.Parallel()
	c, ed := newClock(), newEdKey(t, "ed")
	a := publish(t, c, keySet(t, ed))
	token := jwt.NewWithClaims(ed.method, goodClaims(c.Now()))
	token.Header["kid"], token.Header["alg"] = "ed", "Ed25519"
	signed, err := token.SignedString(ed.key)
	require.NoError(t, err)
	_, err = a.Authenticate(t.Context(), "Bearer "+signed)
	assert.NoError(t, err)
}

// The salt of a PSS signature is as long as the hash (RFC 7518, section 3.5).
func TestPSSSalt(t *testing.T) {
	t.Parallel()
	c, k := newClock(), newRSAKey(t, "rsa")
	a := publish(t, c, keySet(t, k))
	for _, method := range []*jwt.SigningMethodRSAPSS{jwt.SigningMethodPS256, jwt.SigningMethodPS384, jwt.SigningMethodPS512} {
		for _, salt := range []int{0, 20, 32, 48, 64} {
			salted := *method
			salted.Options = &rsa.PSSOptions{SaltLength: salt}
			if salt == 0 { // which golang-jwt and crypto/rsa take for "as long as possible"
				salted.Options.SaltLength = rsa.PSSSaltLengthAuto
			}
			k.method = &salted
			_, err := a.Authenticate(t.Context(), "Bearer "+k.sign(t, goodClaims(c.Now())))
			want := auth.ErrSignature
			if salt == method.Hash.Size() {
				want = ""
			}
			assert.Equal(t, want, auth.ReasonOf(err), "%s with a salt of %d", method.Name, salt)
		}
	}
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

func TestConfiguredAlgorithms(t *testing.T) {
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
	assert.Equal(t, auth.ErrAlgorithm, auth.ReasonOf(err))
}
