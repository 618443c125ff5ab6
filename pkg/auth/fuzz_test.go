package auth_test

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
)

// Whatever comes as a token: what is let in has the signature that the secret
// makes, computed here without any of the code under test.
func FuzzToken(f *testing.F) {
	a, err := auth.New(env(map[string]string{"JWT_SECRET": testSecret}), nil, newClock().Now)
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
		text := token[:strings.LastIndex(token, ".")]
		mac := hmac.New(sha256.New, []byte(testSecret))
		mac.Write([]byte(text))
		assert.Equal(t, text+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), token)
		assert.NotEmpty(t, p.Subject)
	})
}

// Whatever a token says under a good signature: what is let in says the same to
// a decoder that has no part in it, and none of it is out of date.
func FuzzClaims(f *testing.F) {
	c := newClock()
	a, err := auth.New(env(map[string]string{"JWT_SECRET": testSecret}), nil, c.Now)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header, claims string) {
		p, err := a.Authenticate(context.Background(), "Bearer "+raw(header, claims))
		if err != nil {
			assert.NotEmpty(t, auth.ReasonOf(err))
			return
		}
		var h, said map[string]any
		require.NoError(t, json.Unmarshal([]byte(header), &h))
		require.NoError(t, json.Unmarshal([]byte(claims), &said))
		assert.Equal(t, "HS256", h["alg"])
		assert.NotContains(t, h, "crit")
		assert.Equal(t, p.Subject, said["sub"])
		assert.Greater(t, said["exp"], float64(c.Now().Unix()))
		if nbf, ok := said["nbf"]; ok && nbf != nil {
			assert.LessOrEqual(t, nbf, float64(c.Now().Unix()))
		}
		_, err = auth.FromContext(encode(t, p.Context()))
		assert.NoError(t, err)
	})
}
