package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
			assert.ErrorContains(t, run(t.Context(), test.args, workspace{state: t.TempDir(), out: io.Discard}), test.want)
		})
	}
}
