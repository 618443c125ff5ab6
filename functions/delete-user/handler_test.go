package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/testing/apitest"
)

// table has one user at a version.
type table struct {
	version int64
	asked   int
}

const annID = "019aab7e-1a80-7c00-8000-000000000001"

func (tb *table) Delete(_ context.Context, id string, allow store.Allow) error {
	tb.asked++
	switch {
	case id != annID:
		return apperr.New(apperr.NotFound, "Not found")
	case !allow(tb.version):
		return apperr.New(apperr.PreconditionFailed, "User has changed")
	}
	return nil
}

func TestDeleteUser(t *testing.T) {
	tests := []struct {
		name    string
		version int64
		edits   []apitest.Edit
		status  int
		body    string
		asked   int
	}{
		{"If-Match of the version", 1, nil, 204, "", 1},
		{"If-Match of another version", 2, nil, 412, `{"error":"User has changed"}`, 1},
		{"If-Match *", 2, []apitest.Edit{apitest.Header("If-Match", "*")}, 204, "", 1},
		{"If-Match malformed", 1, []apitest.Edit{apitest.Header("If-Match", "1")}, 400,
			`{"error":"Validation failed","details":[{"field":"If-Match","message":"must be * or a list of entity tags like \"1\""}]}`, 0},
		{"no such user", 1, []apitest.Edit{apitest.ID("019aab7e-1a80-7c00-8000-000000000002")}, 404, `{"error":"Not found"}`, 1},
		{"id of a reservation", 1, []apitest.Edit{apitest.ID("email#ann@example.com")}, 404, `{"error":"Not found"}`, 0},
		{"without the scope", 1, []apitest.Edit{apitest.Scope("users:read")}, 403, `{"error":"Forbidden"}`, 0},
		{"without an authorizer", 1, []apitest.Edit{apitest.NoAuthorizer}, 401, `{"error":"Unauthorized"}`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := table{version: tt.version}
			a := apitest.Invoke(t, handler(&users), apitest.Event(t, "delete.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.asked, users.asked)
			assert.Equal(t, "DELETE /users/{id}", a.Line["route"])
		})
	}
}
