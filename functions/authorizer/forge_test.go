package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

const (
	issuer   = "https://issuer.example/"
	audience = "https://users.example"
	secret   = "a-secret-of-the-tests-with-many-bytes"
	apiKey   = "Ab3-an-api-key-of-the-tests-with-many-bytes"
	usageKey = "usage-key-of-the-partner-in-api-gateway"
)

// b64 returns base64url without padding.
func b64[T string | []byte](s T) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// signingInput returns the signed part of a token (RFC 7515, section 2) for JSON that need not be
// valid.
func signingInput(header, claims string) string { return b64(header) + "." + b64(claims) }

func mac(key, input string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(input))
	return h.Sum(nil)
}

// hs256 returns a token with a correct signature, whatever its JSON is.
func hs256(header, claims string) string {
	input := signingInput(header, claims)
	return input + "." + b64(mac(secret, input))
}

// goodHeader is the header of an HS256 token.
const goodHeader = `{"alg":"HS256","typ":"JWT"}`

// claims returns the claims of a valid token with changes, which are alternating names and JSON
// values. The value "" removes a claim.
func claims(changes ...string) string {
	now := time.Now().Unix()
	names := []string{"iss", "aud", "sub", "scope", "exp"}
	values := map[string]string{
		"iss": `"` + issuer + `"`, "aud": `"` + audience + `"`, "sub": `"alice"`, "scope": `"users:read users:write"`,
		"exp": fmt.Sprint(now + 600),
	}
	for i := 0; i < len(changes); i += 2 {
		if _, known := values[changes[i]]; !known {
			names = append(names, changes[i])
		}
		values[changes[i]] = changes[i+1]
	}
	var members []string
	for _, name := range names {
		if values[name] != "" {
			members = append(members, `"`+name+`":`+values[name])
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// addMember adds a member to an object, which may have one of that name already.
func addMember(object, member string) string {
	return strings.TrimSuffix(object, "}") + "," + member + "}"
}

// keys are the private keys of the issuer, and some that it does not publish.
type keys struct {
	rsa, otherRSA, smallRSA *rsa.PrivateKey
	p256, p384, p521        *ecdsa.PrivateKey
	otherEC                 *ecdsa.PrivateKey
	ed, otherEd             ed25519.PrivateKey
}

func newKeys(t *testing.T) keys {
	t.Helper()
	k := keys{
		rsa: must(t)(rsa.GenerateKey(rand.Reader, 2048)), otherRSA: must(t)(rsa.GenerateKey(rand.Reader, 2048)),
		smallRSA: must(t)(rsa.GenerateKey(rand.Reader, 1024)),
	}
	for curve, key := range map[elliptic.Curve]**ecdsa.PrivateKey{elliptic.P256(): &k.p256, elliptic.P384(): &k.p384, elliptic.P521(): &k.p521} {
		generated, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		*key = generated
	}
	var err error
	k.otherEC, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, k.ed, err = ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	_, k.otherEd, err = ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return k
}

func must(t *testing.T) func(*rsa.PrivateKey, error) *rsa.PrivateKey {
	return func(k *rsa.PrivateKey, err error) *rsa.PrivateKey {
		t.Helper()
		require.NoError(t, err)
		return k
	}
}

// jwk returns the members of a key in the issuer's set, with changes.
func jwk(t *testing.T, key any, id string, changes map[string]any) map[string]any {
	t.Helper()
	encoded, err := jose.JSONWebKey{Key: key, KeyID: id}.MarshalJSON()
	require.NoError(t, err)
	members := map[string]any{}
	require.NoError(t, json.Unmarshal(encoded, &members))
	maps.Copy(members, changes)
	return members
}

// keySet returns the key set that the issuer publishes: good keys, and keys that must not be used.
func (k keys) keySet(t *testing.T) []byte {
	t.Helper()
	set, err := json.Marshal(map[string]any{"keys": []any{
		jwk(t, k.rsa.Public(), "rsa", nil),
		jwk(t, k.rsa.Public(), "rsa-next", nil),
		jwk(t, k.p256.Public(), "p256", nil),
		jwk(t, k.p384.Public(), "p384", nil),
		jwk(t, k.p521.Public(), "p521", nil),
		jwk(t, k.ed.Public(), "ed", nil),
		jwk(t, k.rsa.Public(), "rs384-only", map[string]any{"alg": "RS384"}),
		jwk(t, k.rsa.Public(), "for-encryption", map[string]any{"use": "enc"}),
		jwk(t, k.rsa.Public(), "for-wrapping", map[string]any{"key_ops": []string{"wrapKey"}}),
		jwk(t, k.rsa.Public(), "for-hs256", map[string]any{"alg": "HS256"}),
		jwk(t, k.rsa.Public(), "exponent-3", map[string]any{"e": "Aw"}),
		jwk(t, k.rsa.Public(), "exponent-1", map[string]any{"e": "AQ"}),
		jwk(t, k.smallRSA.Public(), "small", nil),
		jwk(t, k.p256, "private", nil),
		jwk(t, []byte(secret), "symmetric", map[string]any{"alg": "HS256"}),
		jwk(t, k.p256.Public(), "koblitz", map[string]any{"crv": "secp256k1"}),
		jwk(t, k.p256.Public(), "off-curve", map[string]any{"y": b64(make([]byte, 32))}),
		map[string]any{"kty": "OKP", "crv": "Ed448", "kid": "ed448", "x": b64(make([]byte, 57))},
		map[string]any{"kty": "XYZ", "kid": "unknown-type"},
	}})
	require.NoError(t, err)
	return set
}

// sign returns a token with golang-jwt's signature for JSON that need not be valid.
func sign(t *testing.T, algorithm string, key crypto.Signer, header, claims string) string {
	t.Helper()
	input := signingInput(header, claims)
	signature, err := jwt.GetSigningMethod(algorithm).Sign(input, key)
	require.NoError(t, err)
	return input + "." + b64(signature)
}

// joseHeader returns the header of a token that names its key.
func joseHeader(algorithm, kid string) string {
	return `{"alg":"` + algorithm + `","kid":"` + kid + `","typ":"JWT"}`
}
