package credential_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/credential"
	"users-api/pkg/testing/parameters"
)

const someKey = "billing:5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456:users:read"

func TestValidConfiguration(t *testing.T) {
	t.Parallel()
	jwks := map[string]string{"JWKS_URL": "https://issuer.example/jwks.json", "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience}
	for name, variables := range map[string]map[string]string{
		"secret": {"JWT_SECRET": testSecret},
		"secret and all optional variables": {"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience, "JWT_LEEWAY": "30",
			"JWT_ALGORITHMS": "HS256", "API_KEYS": someKey, "IDENTITY_HEADER": "authorization", "API_KEYS_ONLY": "false"},
		"empty variables": {"JWT_SECRET": testSecret, "JWKS_URL": "", "API_KEYS": "", "JWT_LEEWAY": "",
			"IDENTITY_HEADER": "", "JWT_ALGORITHMS": "", "API_KEYS_ONLY": ""},
		"issuer":                              jwks,
		"issuer and some algorithms":          union(jwks, map[string]string{"JWT_ALGORITHMS": "ES256, EdDSA"}),
		"issuer on the loopback address":      union(jwks, map[string]string{"JWKS_URL": "http://127.0.0.1:8080/jwks"}),
		"issuer on localhost":                 union(jwks, map[string]string{"JWKS_URL": "http://localhost:8080/jwks"}),
		"issuer on the IPv6 loopback address": union(jwks, map[string]string{"JWKS_URL": "http://[::1]:8080/jwks"}),
		"keys only":                           {"API_KEYS_ONLY": "true", "API_KEYS": someKey},
		"keys in x-api-key":                   {"IDENTITY_HEADER": "x-api-key", "API_KEYS": someKey},
		"unused secret":                       {"IDENTITY_HEADER": "x-api-key", "API_KEYS": someKey, "JWT_SECRET": testSecret},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := credential.New(env(variables), http.DefaultClient, time.Now)
			assert.NoError(t, err)
		})
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	jwks := map[string]string{"JWKS_URL": "https://issuer.example/keys", "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience}
	for name, variable := range map[string]string{"jwksUrl": "JWKS_URL", "jwtAlgorithms": "JWT_ALGORITHMS"} {
		for _, row := range parameters.Rows(name) {
			variables := map[string]string{"JWT_SECRET": testSecret}
			if name == "jwksUrl" || row.With == "jwksUrl" {
				variables = jwks
			}
			_, err := credential.New(env(union(variables, map[string]string{variable: row.Value})), http.DefaultClient, time.Now)
			assert.Equal(t, row.Good, err == nil, "%+v: %v", row, err)
		}
	}
}

func TestInvalidConfiguration(t *testing.T) {
	t.Parallel()
	jwks := map[string]string{"JWKS_URL": "https://issuer.example/jwks.json", "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience}
	secret := map[string]string{"JWT_SECRET": testSecret}
	for _, tt := range []struct {
		name      string
		variables map[string]string
		want      string
	}{
		{name: "nothing", want: "SECRET_ID, JWT_SECRET or JWKS_URL must be set: the stage's secret, a secret of at least 32 random bytes, or the https URL"},
		{name: "keys without API_KEYS_ONLY", variables: map[string]string{"API_KEYS": someKey}, want: "API_KEYS_ONLY=true"},
		{name: "secret and issuer", variables: union(jwks, secret), want: "JWT_SECRET and JWKS_URL are both set"},
		{name: "short secret", variables: map[string]string{"JWT_SECRET": testSecret[1:]}, want: "JWT_SECRET must hold at least 32 random bytes, and holds 31"},
		{name: "unresolved secret", variables: map[string]string{"JWT_SECRET": "{{resolve:secretsmanager:example/prod:SecretString:jwtSecret}}"},
			want: "JWT_SECRET holds an unresolved reference"},
		{name: "unresolved keys", variables: union(secret, map[string]string{"API_KEYS": "{{resolve:secretsmanager:example/prod:SecretString:apiKeys}}"}),
			want: "API_KEYS: entry 1: "},
		{name: "no issuer", variables: union(jwks, map[string]string{"JWT_ISSUER": ""}), want: "JWT_ISSUER must be set with JWKS_URL"},
		{name: "no audience", variables: union(jwks, map[string]string{"JWT_AUDIENCE": ""}), want: "JWT_AUDIENCE must be set with JWKS_URL"},
		{name: "plain HTTP", variables: union(jwks, map[string]string{"JWKS_URL": "http://issuer.example/jwks.json"}), want: "JWKS_URL must begin with https://"},
		{name: "plain HTTP to a name that begins with 127.0.0.1", variables: union(jwks, map[string]string{"JWKS_URL": "http://127.0.0.1.example/jwks.json"}),
			want: "JWKS_URL must begin with https://"},
		{name: "file URL", variables: union(jwks, map[string]string{"JWKS_URL": "file:///etc/passwd"}), want: "JWKS_URL must be the URL"},
		{name: "URL without a scheme", variables: union(jwks, map[string]string{"JWKS_URL": "issuer.example"}), want: "JWKS_URL must be the URL"},
		{name: "malformed URL", variables: union(jwks, map[string]string{"JWKS_URL": "https://issuer.example:port/"}), want: "JWKS_URL must be the URL"},
		{name: "password in the URL", variables: union(jwks, map[string]string{"JWKS_URL": "https://user:hunter2@issuer.example/"}),
			want: "JWKS_URL must hold no user name or password"},
		{name: "large leeway", variables: union(secret, map[string]string{"JWT_LEEWAY": "31"}), want: "JWT_LEEWAY must be a whole number of seconds from 0 to 30"},
		{name: "negative leeway", variables: union(secret, map[string]string{"JWT_LEEWAY": "-1"}), want: "JWT_LEEWAY must be"},
		{name: "leeway with a unit", variables: union(secret, map[string]string{"JWT_LEEWAY": "5s"}), want: "JWT_LEEWAY must be"},
		{name: "overflowing leeway", variables: union(secret, map[string]string{"JWT_LEEWAY": "18446744074"}), want: "JWT_LEEWAY must be"},
		{name: "algorithm none", variables: union(secret, map[string]string{"JWT_ALGORITHMS": "none"}), want: "JWT_ALGORITHMS must be some of HS256,"},
		{name: "asymmetric algorithm with a secret", variables: union(secret, map[string]string{"JWT_ALGORITHMS": "RS256"}),
			want: "JWT_ALGORITHMS must be some of HS256,"},
		{name: "HS256 with an issuer", variables: union(jwks, map[string]string{"JWT_ALGORITHMS": "RS256,HS256"}), want: "JWT_ALGORITHMS must be some of RS256,"},
		{name: "malformed key entry", variables: union(secret, map[string]string{"API_KEYS": someKey + ",oops"}), want: "API_KEYS: entry 2: must have the form"},
		{name: "keys only without keys", variables: map[string]string{"API_KEYS_ONLY": "true"}, want: "SECRET_ID or API_KEYS must be set, and not TOKENS_ONLY, where only API keys are accepted"},
		{name: "x-api-key without keys", variables: map[string]string{"IDENTITY_HEADER": "x-api-key", "JWT_SECRET": testSecret},
			want: "SECRET_ID or API_KEYS must be set, and not TOKENS_ONLY, where only API keys are accepted"},
		{name: "neither tokens nor keys", variables: map[string]string{"API_KEYS_ONLY": "true", "TOKENS_ONLY": "true", "API_KEYS": someKey},
			want: "SECRET_ID or API_KEYS must be set, and not TOKENS_ONLY, where only API keys are accepted"},
		{name: "the stage's secret without Lambda's variables", variables: map[string]string{"SECRET_ID": "secret", "AWS_ENDPOINT_URL": "127.0.0.1"},
			want: `AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: must be set, as Lambda does from the function's role; AWS_REGION="": must be`},
		{name: "malformed header name", variables: union(secret, map[string]string{"IDENTITY_HEADER": "x api key"}),
			want: "IDENTITY_HEADER must be the name of a header"},
		{name: "malformed flag", variables: union(secret, map[string]string{"API_KEYS_ONLY": "yes"}), want: "API_KEYS_ONLY must be true or false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, err := credential.New(env(tt.variables), http.DefaultClient, time.Now)
			require.Error(t, err)
			assert.Nil(t, a)
			assert.Contains(t, err.Error(), tt.want)
			assert.NotContains(t, err.Error(), "\n", "the error must be one line")
			for _, secret := range []string{testSecret[:31], "hunter2", "5df6e0e2"} {
				assert.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func TestConfigurationReportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := credential.New(env(map[string]string{
		"JWKS_URL": "ftp://issuer.example", "JWT_LEEWAY": "x", "JWT_ALGORITHMS": "RS1", "API_KEYS": "y",
		"API_KEYS_ONLY": "z", "IDENTITY_HEADER": "Authorization",
	}), http.DefaultClient, time.Now)
	require.Error(t, err)
	for _, fault := range []string{"JWKS_URL must", "JWT_ISSUER must", "JWT_AUDIENCE must",
		"JWT_LEEWAY must", "JWT_ALGORITHMS must", "API_KEYS: entry 1", "API_KEYS_ONLY must"} {
		assert.Equal(t, 1, strings.Count(err.Error(), fault), "%q in %s", fault, err)
	}
}

func union(a, b map[string]string) map[string]string {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}
