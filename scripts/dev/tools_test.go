package main

import (
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/localaws"
)

// local runs a subcommand in this checkout, on a state folder of its own.
func local(t *testing.T, state string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), append([]string{args[0], "-state", state}, args[1:]...), &out)
	return out.String(), err
}

func TestTokenIsAloneAndValid(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	out, err := local(t, state, "token", "-sub", "alice", "-scopes", "users:read", "-ttl", "5m")
	require.NoError(t, err)
	assert.Regexp(t, `^[\w-]+\.[\w-]+\.[\w-]+\n$`, out)

	secret, err := localaws.ReadSecret(state)
	require.NoError(t, err)
	token, err := jwt.Parse(strings.TrimSpace(out), func(*jwt.Token) (any, error) { return []byte(secret.JWTSecret), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	require.NoError(t, err)
	claims := token.Claims.(jwt.MapClaims)
	assert.Equal(t, "alice", claims["sub"])
	assert.Equal(t, "users:read", claims["scope"])
	assert.InDelta(t, time.Now().Add(5*time.Minute).Unix(), claims["exp"], 30)
}

func TestAPIKeyComesWithItsEntry(t *testing.T) {
	t.Parallel()
	out, err := local(t, t.TempDir(), "api-key", "-name", "partner", "-scopes", "users:read users:write")
	require.NoError(t, err)
	lines := strings.Fields(out)
	entry := lines[len(lines)-1]
	var key string
	for _, word := range lines {
		if len(word) == 43 && !strings.Contains(word, ":") {
			key = word
		}
	}
	assert.Equal(t, localaws.APIKeyEntry("partner", key, []string{"users:read", "users:write"}), entry)
}

func TestBadUseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		want string
	}{
		"a key's name":          {[]string{"api-key", "-name", "a:b"}, "take 1 to 64 letters"},
		"no scope":              {[]string{"api-key", "-scopes", " "}, "name at least one"},
		"an argument":           {[]string{"token", "alice"}, "values are given as flags"},
		"invoke, not running":   {[]string{"invoke", "-f", "getUser"}, "start it with `make dev`"},
		"logs, not running":     {[]string{"logs", "-f", "getUser"}, "start it with `make dev`"},
		"logs without function": {[]string{"logs"}, "make logs F=createUser"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := local(t, t.TempDir(), test.args...)
			assert.ErrorContains(t, err, test.want)
		})
	}
	assert.ErrorContains(t, run(t.Context(), nil, nil), "usage: local dev|")
	assert.ErrorContains(t, run(t.Context(), []string{"nonsense"}, nil), "usage: local dev|")
}

func TestReadEvent(t *testing.T) {
	t.Parallel()
	_, err := readEvent(t.TempDir(), "", "")
	assert.ErrorContains(t, err, "make invoke F=getUser EVENT=")
	_, err = readEvent(t.TempDir(), "getUser", "nothing.json")
	assert.ErrorContains(t, err, "read the event")
	_, err = readEvent(t.TempDir(), "getUser", "tools_test.go")
	assert.ErrorContains(t, err, "is not JSON")
}

func TestOnlySourcesReload(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"functions/get-user/handler.go":      true,
		"resources/table.yml":                true,
		"serverless.yml":                     true,
		"functions/get-user/handler_test.go": false,
		"functions/get-user/.handler.go.swp": false,
		"functions/get-user/handler.go~":     false,
		".serverless":                        false,
		"node_modules":                       false,
	}
	for name, want := range tests {
		assert.Equal(t, want, relevant(fsnotify.Event{Name: name, Op: fsnotify.Write}), name)
	}
	assert.False(t, relevant(fsnotify.Event{Name: "serverless.yml", Op: fsnotify.Chmod}))
}
