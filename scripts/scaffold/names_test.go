package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

func TestNamesOfARoute(t *testing.T) {
	t.Parallel()
	model := auth.Route{Method: "PUT", Path: "/users/{id}", Scope: "users:write", Function: "updateUser"}
	rename := renaming(model, auth.Route{Method: "POST", Path: "/users/{id}/ban", Scope: "bans:write", Function: "banUser"})
	for text, want := range map[string]string{
		"// Command update-user is behind PUT /users/{id}.":                         "// Command ban-user is behind POST /users/{id}/ban.",
		"auth.UsersWrite, users:write, not bans:write":                              "auth.BansWrite, bans:write, not users:write",
		"/users /users/{id}/notes /prod/users/019aab7e-1a80-7c00-8000-000000000001": "/users /users/{id}/notes /prod/users/019aab7e-1a80-7c00-8000-000000000001/ban",
	} {
		assert.Equal(t, want, rename(text))
	}
	for key, want := range map[string]bool{
		"updateUser": true, "UpdateUserRole": true, "updateUserName": false, "UpdateUserNameRole": false,
		`- { <<: *writes, HttpMethod: PUT, ResourcePath: "/~1users~1{id}" }`:       true,
		`- { <<: *writes, HttpMethod: DELETE, ResourcePath: "/~1users~1{id}" }`:    false,
		`- { <<: *writes, HttpMethod: PUT, ResourcePath: "/~1users~1{id}~1name" }`: false,
	} {
		assert.Equal(t, want, blocksOf(model).MatchString(key), key)
	}
}

func TestNamesOfAnEntity(t *testing.T) {
	t.Parallel()
	rename := entity{"order", "orders"}.renamedTo(entity{"category", "categories"})
	assert.Equal(t, "a recorder of a category in getCategory, listCategories", rename("a recorder of an order in getOrder, listOrders"))
}
