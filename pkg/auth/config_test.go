package auth_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

const someKey = "billing:5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456:users:read"

func TestConfigurationThatIsRight(t *testing.T) {
	t.Parallel()
	jwks := map[string]string{"JWKS_URL": "https://issuer.example/jwks.json", "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience}
	for name, variables := range map[string]map[string]string{
		"a secret":                       {"JWT_SECRET": testSecret},
		"a secret and all that may be":   {"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience, "JWT_LEEWAY": "30", "JWT_ALGORITHMS": "HS256", "API_KEYS": someKey, "IDENTITY_HEADER": "authorization", "API_KEYS_ONLY": "false"},
		"empty is not set":               {"JWT_SECRET": testSecret, "JWKS_URL": "", "API_KEYS": "", "JWT_LEEWAY": "", "IDENTITY_HEADER": "", "JWT_ALGORITHMS": "", "API_KEYS_ONLY": ""},
		"an issuer":                      jwks,
		"an issuer and some algorithms":  union(jwks, map[string]string{"JWT_ALGORITHMS": "ES256, EdDSA"}),
		"an issuer on this machine":      union(jwks, map[string]string{"JWKS_URL": "http://127.0.0.1:8080/jwks"}),
		"an issuer on localhost":         union(jwks, map[string]string{"JWKS_URL": "http://localhost:8080/jwks"}),
		"an issuer on this machine (v6)": union(jwks, map[string]string{"JWKS_URL": "http://[::1]:8080/jwks"}),
		"keys only":                      {"API_KEYS_ONLY": "true", "API_KEYS": someKey},
		"keys in a header of their own":  {"IDENTITY_HEADER": "x-api-key", "API_KEYS": someKey},
		"a secret that goes unused":      {"IDENTITY_HEADER": "x-api-key", "API_KEYS": someKey, "JWT_SECRET": testSecret},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := auth.New(env(variables), http.DefaultClient, time.Now)
			assert.NoError(t, err)
		})
	}
}

func TestConfigurationThatIsWrong(t *testing.T) {
	t.Parallel()
	jwks := map[string]string{"JWKS_URL": "https://issuer.example/jwks.json", "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience}
	secret := map[string]string{"JWT_SECRET": testSecret}
	for _, tt := range []struct {
		name      string
		variables map[string]string
		want      string
	}{
		{"nothing", nil, "JWT_SECRET or JWKS_URL must be set: a secret of at least 32 random bytes, or the https URL"},
		{"keys without saying that they are all", map[string]string{"API_KEYS": someKey}, "API_KEYS_ONLY=true"},
		{"both", union(jwks, secret), "JWT_SECRET and JWKS_URL are both set"},
		{"a short secret", map[string]string{"JWT_SECRET": testSecret[1:]}, "JWT_SECRET must hold at least 32 random bytes, and holds 31"},
		{"a secret that was not resolved", map[string]string{"JWT_SECRET": "{{resolve:secretsmanager:users-api/prod:SecretString:jwtSecret}}"}, "JWT_SECRET holds an unresolved reference"},
		{"keys that were not resolved", union(secret, map[string]string{"API_KEYS": "{{resolve:secretsmanager:users-api/prod:SecretString:apiKeys}}"}), "API_KEYS holds an unresolved reference"},
		{"an issuer without its name", union(jwks, map[string]string{"JWT_ISSUER": ""}), "JWT_ISSUER must be set with JWKS_URL"},
		{"an issuer without an audience", union(jwks, map[string]string{"JWT_AUDIENCE": ""}), "JWT_AUDIENCE must be set with JWKS_URL"},
		{"http", union(jwks, map[string]string{"JWKS_URL": "http://issuer.example/jwks.json"}), "JWKS_URL must begin with https://"},
		{"http to what looks like this machine", union(jwks, map[string]string{"JWKS_URL": "http://127.0.0.1.example/jwks.json"}), "JWKS_URL must begin with https://"},
		{"a file", union(jwks, map[string]string{"JWKS_URL": "file:///etc/passwd"}), "JWKS_URL must be the URL"},
		{"no URL", union(jwks, map[string]string{"JWKS_URL": "issuer.example"}), "JWKS_URL must be the URL"},
		{"a broken URL", union(jwks, map[string]string{"JWKS_URL": "https://issuer.example:port/"}), "JWKS_URL must be the URL"},
		{"a password in the URL", union(jwks, map[string]string{"JWKS_URL": "https://user:hunter2@issuer.example/"}), "JWKS_URL must hold no user name or password"},
		{"leeway too large", union(secret, map[string]string{"JWT_LEEWAY": "31"}), "JWT_LEEWAY must be a whole number of seconds from 0 to 30"},
		{"leeway below zero", union(secret, map[string]string{"JWT_LEEWAY": "-1"}), "JWT_LEEWAY must be"},
		{"leeway with a unit", union(secret, map[string]string{"JWT_LEEWAY": "5s"}), "JWT_LEEWAY must be"},
		{"leeway that overflows", union(secret, map[string]string{"JWT_LEEWAY": "18446744074"}), "JWT_LEEWAY must be"},
		{"algorithm none", union(secret, map[string]string{"JWT_ALGORITHMS": "none"}), "JWT_ALGORITHMS must be some of HS256,"},
		{"an algorithm of the other kind", union(secret, map[string]string{"JWT_ALGORITHMS": "RS256"}), "JWT_ALGORITHMS must be some of HS256,"},
		{"HS256 with published keys", union(jwks, map[string]string{"JWT_ALGORITHMS": "RS256,HS256"}), "JWT_ALGORITHMS must be some of RS256,"},
		{"a bad entry", union(secret, map[string]string{"API_KEYS": someKey + ",oops"}), "API_KEYS: entry 2: must have the form"},
		{"keys only without keys", map[string]string{"API_KEYS_ONLY": "true"}, "API_KEYS must be set where only API keys are taken"},
		{"their own header without keys", map[string]string{"IDENTITY_HEADER": "x-api-key", "JWT_SECRET": testSecret}, "API_KEYS must be set where only API keys are taken"},
		{"a header that is none", union(secret, map[string]string{"IDENTITY_HEADER": "x api key"}), "IDENTITY_HEADER must be the name of a header"},
		{"a flag that is none", union(secret, map[string]string{"API_KEYS_ONLY": "yes"}), "API_KEYS_ONLY must be true or false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, err := auth.New(env(tt.variables), http.DefaultClient, time.Now)
			require.Error(t, err)
			assert.Nil(t, a)
			assert.Contains(t, err.Error(), tt.want)
			assert.NotContains(t, err.Error(), "\n", "one line of the log")
			for _, secret := range []string{testSecret[:31], "hunter2", "5df6e0e2"} {
				assert.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func TestConfigurationNamesAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	_, err := auth.New(env(map[string]string{
		"JWKS_URL": "ftp://issuer.example", "JWT_LEEWAY": "x", "JWT_ALGORITHMS": "RS1", "API_KEYS": "y", "API_KEYS_ONLY": "z", "IDENTITY_HEADER": "Authorization",
	}), http.DefaultClient, time.Now)
	require.Error(t, err)
	for _, fault := range []string{"JWKS_URL must", "JWT_ISSUER must", "JWT_AUDIENCE must", "JWT_LEEWAY must", "JWT_ALGORITHMS must", "API_KEYS: entry 1", "API_KEYS_ONLY must"} {
		assert.Equal(t, 1, strings.Count(err.Error(), fault), "%q in %s", fault, err)
	}
}

func union(a, b map[string]string) map[string]string {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}
