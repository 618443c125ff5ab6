package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/credential"
)

// tool runs a subcommand in this checkout, on a state folder of its own.
func tool(t *testing.T, state string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), append([]string{args[0], "-state", state}, args[1:]...), &out)
	return out.String(), err
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
		"a key's name":         {args: []string{"api-key", "-name", "a:b"}, want: `NAME="a:b": `},
		"a key's scope":        {args: []string{"api-key", "-scopes", "users:red"}, want: `SCOPES="users:red": name one or more of users:read, users:write`},
		"a token's scope":      {args: []string{"token", "-scopes", "users:read admin"}, want: `SCOPES="users:read admin": name one or more of users:read, users:write`},
		"no scope":             {args: []string{"token", "-scopes", " "}, want: `SCOPES=" ": name one or more of users:read, users:write`},
		"an expired token":     {args: []string{"token", "-ttl", "-2m"}, want: "TTL=-2m0s: the token would have expired already"},
		"a token of no time":   {args: []string{"token", "-ttl", "0"}, want: "TTL=0s: the token would have expired already"},
		"an argument":          {args: []string{"token", "alice"}, want: "values are given as flags"},
		"a token, not running": {args: []string{"token"}, want: "start it with `make dev`"},
		"a debugged function":  {args: []string{"serve", "-debug", "getUser,getUsr"}, want: "DEBUG=getUsr: no function has this name; the functions are authorizer, listUsers, "},
		"nonsense":             {args: []string{"nonsense"}, want: "usage: dev serve|"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tool(t, t.TempDir(), test.args...)
			assert.ErrorContains(t, err, test.want)
		})
	}
}
