package auth_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

func TestRoutesAreWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range auth.Routes() {
		name := r.Method + " " + r.Path
		assert.False(t, seen[name], "%s appears twice", name)
		seen[name] = true
		assert.Contains(t, []string{"GET", "POST", "PUT", "PATCH", "DELETE"}, r.Method, "%s: HEAD comes with GET", name)
		assert.Regexp(t, `^(/([a-z0-9-]+|\{[a-zA-Z]+\}))+$`, r.Path, name)
		assert.Regexp(t, `^[a-z]+:[a-z]+$`, r.Scope, name)
		assert.Regexp(t, `^[a-z][a-zA-Z]+$`, r.Function, name)
	}
	auth.Routes()[0].Scope = "changed"
	assert.NotEqual(t, "changed", auth.Routes()[0].Scope, "each caller must get its own copy")
}

func TestMethods(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"GET", "HEAD"}, auth.Route{Method: "GET"}.Methods())
	assert.Equal(t, []string{"POST"}, auth.Route{Method: "POST"}.Methods())
}

func TestKnownScopes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []auth.Scope{auth.UsersRead, auth.UsersWrite}, auth.KnownScopes([]string{"openid", "users:write", "users:read", "users:read"}))
	assert.Empty(t, auth.KnownScopes([]string{"users:*", "Users:Read", ""}))
}
