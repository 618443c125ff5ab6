package credential_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// Every accepted token has the signature of the secret, computed here without the code under test.
func FuzzToken(f *testing.F) {
	a, err := credential.New(env(map[string]string{"JWT_SECRET": testSecret}), nil, newClock().Now)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token string) {
		p, err := a.Authenticate(context.Background(), "Bearer "+token)
		if err != nil {
			assert.NotEmpty(t, auth.ReasonOf(err))
			return
		}
		token = strings.TrimLeft(token, " ") // any number of spaces may follow the scheme
		input := token[:strings.LastIndex(token, ".")]
		mac := hmac.New(sha256.New, []byte(testSecret))
		mac.Write([]byte(input))
		assert.Equal(t, input+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), token)
		assert.NotEmpty(t, p.Subject)
	})
}

// Every accepted token with a valid signature has the same content for encoding/json, and is valid
// at the time.
func FuzzClaims(f *testing.F) {
	c := newClock()
	a, err := credential.New(env(map[string]string{"JWT_SECRET": testSecret}), nil, c.Now)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header, claims string) {
		p, err := a.Authenticate(context.Background(), "Bearer "+raw(header, claims))
		if err != nil {
			assert.NotEmpty(t, auth.ReasonOf(err))
			return
		}
		var h, decoded map[string]any
		require.NoError(t, json.Unmarshal([]byte(header), &h))
		require.NoError(t, json.Unmarshal([]byte(claims), &decoded))
		assert.Equal(t, "HS256", h["alg"])
		assert.NotContains(t, h, "crit")
		assert.Equal(t, p.Subject, decoded["sub"])
		assert.Greater(t, decoded["exp"], float64(c.Now().Unix()))
		if nbf, ok := decoded["nbf"]; ok && nbf != nil {
			assert.LessOrEqual(t, nbf, float64(c.Now().Unix()))
		}
		encoded, err := json.Marshal(p.Context())
		require.NoError(t, err)
		_, err = auth.FromContext(encoded)
		assert.NoError(t, err)
	})
}
