package auth_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []auth.Route{
		{Method: "GET", Path: "/users", Scope: "users:read", Function: "listUsers"},
		{Method: "GET", Path: "/users/{id}", Scope: "users:read", Function: "getUser"},
		{Method: "POST", Path: "/users", Scope: "users:write", Function: "createUser"},
		{Method: "PUT", Path: "/users/{id}", Scope: "users:write", Function: "updateUser"},
		{Method: "DELETE", Path: "/users/{id}", Scope: "users:write", Function: "deleteUser"},
	}, auth.Routes())
	auth.Routes()[0].Scope = "changed"
	assert.Equal(t, auth.ScopeRead, auth.Routes()[0].Scope, "each caller must get its own copy")
}

func TestKnownScopes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []auth.Scope{auth.ScopeRead, auth.ScopeWrite}, auth.KnownScopes([]string{"openid", "users:write", "users:read", "users:read"}))
	assert.Empty(t, auth.KnownScopes([]string{"users:*", "Users:Read", ""}))
}
