package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/stagesecret"
)

// secret returns the values of the stage's secret.
func secret(t *testing.T) stagesecret.Value { return version(t, stagesecret.Current) }

func version(t *testing.T, label string) stagesecret.Value {
	t.Helper()
	secret, err := stagesecret.OpenStage(t.Context(), stateFile(""), localaws.Stage)
	require.NoError(t, err)
	_, value, err := secret.Read(t.Context(), label)
	require.NoError(t, err)
	return value
}

// makeKey returns an API key that `make api-key` adds to the stage's secret.
func makeKey(t *testing.T) string {
	t.Helper()
	out := tree.Command(t, "make", "-s", "api-key", "STAGE=local", "NAME=billing", "SCOPES=users:read").Stdout.Text()
	return "ApiKey " + regexp.MustCompile(`(?m)^  (\w+)$`).FindStringSubmatch(out)[1]
}

// testSecret rotates the secret of tokens, with no deployment: tokens by the old one stay good. API
// keys that are added at the same time are all in it, and end no tokens.
func testSecret(t *testing.T) {
	old, oldToken := secret(t)["jwtSecret"], signed(t, "old", "users:read", time.Hour) // which API Gateway has not seen
	tree.Command(t, "make", "-s", "rotate", "STAGE=local")
	status := func(token string) int {
		return call(t, request{Method: "GET", Target: "/users", Credential: token}).Status
	}
	harness.Eventually(t, func() bool { return status(signed(t, "new", "users:read", time.Hour)) == http.StatusOK }, "a token by the new secret")
	assert.Equal(t, http.StatusOK, status(oldToken))
	before := secret(t)["apiKeys"]
	harness.Together(3, func(int) string { return makeKey(t) })
	assert.Regexp(t, `^`+regexp.QuoteMeta(before)+`(,billing:[0-9a-f]{64}:users:read){3}$`, secret(t)["apiKeys"])
	assert.Equal(t, old, version(t, stagesecret.Previous)["jwtSecret"])

	_, text, _ := strings.Cut(tree.Token(t, "SUB=alice", "SCOPES=users:read", "TTL=5m"), " ")
	token, err := jwt.Parse(text, func(*jwt.Token) (any, error) { return []byte(secret(t)["jwtSecret"]), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithSubject("alice"), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	require.NoError(t, err)
	claims := token.Claims.(jwt.MapClaims)
	assert.Equal(t, "users:read", claims["scope"])
	assert.Equal(t, (5 * time.Minute).Seconds(), claims["exp"].(float64)-claims["iat"].(float64))
}
