// Package clients walks the API by the client that oapi-codegen makes of openapi.yml. The
// end-to-end tests generate it and set API_URL and AUTHORIZATION.
package clients

import (
	"context"
	"net/http"
	"os"
	"testing"

	"github.com/google/uuid"
	_ "github.com/oapi-codegen/runtime" // which the client imports
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newClient(t *testing.T) *ClientWithResponses {
	t.Helper()
	c, err := NewClientWithResponses(os.Getenv("API_URL"), WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", os.Getenv("AUTHORIZATION"))
		return nil
	}))
	require.NoError(t, err)
	return c
}

func newUser() UserInput {
	return UserInput{Name: "Ada Lovelace", Email: uuid.NewString() + "@people.example"}
}

func TestLifeOfAUser(t *testing.T) {
	ctx, c, input, key := t.Context(), newClient(t), newUser(), uuid.NewString()
	created, err := c.CreateUserWithResponse(ctx, &CreateUserParams{IdempotencyKey: &key}, input)
	require.NoError(t, err)
	require.NotNil(t, created.JSON201, created.Status())
	again, err := c.CreateUserWithResponse(ctx, &CreateUserParams{IdempotencyKey: &key}, input)
	require.NoError(t, err)
	assert.Equal(t, created.JSON201, again.JSON201)
	id, tag := created.JSON201.Id.String(), created.Headers201.ETag

	got, err := c.GetUserWithResponse(ctx, id, nil)
	require.NoError(t, err)
	assert.Equal(t, created.JSON201, got.JSON200)
	got, err = c.GetUserWithResponse(ctx, id, &GetUserParams{IfNoneMatch: &tag})
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotModified, got.StatusCode())

	input.Name = "Ada King"
	updated, err := c.UpdateUserWithResponse(ctx, id, &UpdateUserParams{IfMatch: &tag}, input)
	require.NoError(t, err)
	require.NotNil(t, updated.JSON200, updated.Status())
	assert.Equal(t, []any{"Ada King", int64(2)}, []any{updated.JSON200.Name, updated.JSON200.Version})

	deleted, err := c.DeleteUserWithResponse(ctx, id, &DeleteUserParams{IfMatch: &tag})
	require.NoError(t, err)
	assert.NotNil(t, deleted.JSON412, deleted.Status())
	deleted, err = c.DeleteUserWithResponse(ctx, id, nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, deleted.StatusCode())
	got, err = c.GetUserWithResponse(ctx, id, nil)
	require.NoError(t, err)
	assert.NotNil(t, got.JSON404, got.Status())
}

func TestPages(t *testing.T) {
	c, params := newClient(t), &ListUsersParams{Limit: new(1)}
	var newest []User
	for range 2 {
		created, err := c.CreateUserWithResponse(t.Context(), nil, newUser())
		require.NoError(t, err)
		newest = append([]User{*created.JSON201}, newest...)
	}
	for _, want := range newest {
		page, err := c.ListUsersWithResponse(t.Context(), params)
		require.NoError(t, err)
		require.NotNil(t, page.JSON200, page.Status())
		assert.Equal(t, []User{want}, page.JSON200.Users)
		params.Cursor = page.JSON200.NextCursor
	}
}
