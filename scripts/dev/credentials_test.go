package main

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/credential"
	"users-api/scripts/internal/localaws"
)

// tool runs a subcommand in this checkout, on a state folder of its own.
func tool(t *testing.T, state string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), append([]string{args[0], "-state", state}, args[1:]...), &out)
	return out.String(), err
}

func TestTokenIsAloneAndValid(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	out, err := tool(t, state, "token", "-sub", "alice", "-scopes", "users:read", "-ttl", "5m")
	require.NoError(t, err)
	secret, err := localaws.ReadSecret(state)
	require.NoError(t, err)
	token, err := jwt.Parse(strings.TrimSuffix(out, "\n"), func(*jwt.Token) (any, error) { return []byte(secret.JWTSecret), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithSubject("alice"), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	require.NoError(t, err)
	claims := token.Claims.(jwt.MapClaims)
	assert.Equal(t, "users:read", claims["scope"])
	assert.Equal(t, (5 * time.Minute).Seconds(), claims["exp"].(float64)-claims["iat"].(float64))
}

func TestAPIKeyComesWithItsEntry(t *testing.T) {
	t.Parallel()
	out, err := tool(t, t.TempDir(), "api-key", "-name", "billing", "-scopes", "users:read+users:write")
	require.NoError(t, err)
	lines := strings.Split(out, "\n")
	entry, err := credential.FormatAPIKey("billing", strings.TrimSpace(lines[1]), []string{"users:read", "users:write"})
	require.NoError(t, err)
	assert.Equal(t, "  "+entry, lines[3])
}

func TestBadUseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		want string
	}{
		"a key's name":       {args: []string{"api-key", "-name", "a:b"}, want: `NAME="a:b": `},
		"a key's scope":      {args: []string{"api-key", "-scopes", "users:red"}, want: `SCOPES="users:red": name one or more of users:read, users:write`},
		"a token's scope":    {args: []string{"token", "-scopes", "users:read admin"}, want: `SCOPES="users:read admin": name one or more of users:read, users:write`},
		"no scope":           {args: []string{"token", "-scopes", " "}, want: `SCOPES=" ": name one or more of users:read, users:write`},
		"an expired token":   {args: []string{"token", "-ttl", "-2m"}, want: "TTL=-2m0s: the token would have expired already"},
		"a token of no time": {args: []string{"token", "-ttl", "0"}, want: "TTL=0s: the token would have expired already"},
		"an argument":        {args: []string{"token", "alice"}, want: "values are given as flags"},
		"nonsense":           {args: []string{"nonsense"}, want: "usage: dev serve|"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tool(t, t.TempDir(), test.args...)
			assert.ErrorContains(t, err, test.want)
		})
	}
}
