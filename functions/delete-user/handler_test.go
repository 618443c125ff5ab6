package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// table holds one user, ann, at a version.
type table struct {
	version int64
	calls   int
}

const annID = "019aab7e-1a80-7c00-8000-000000000001"

func (tb *table) Delete(_ context.Context, id user.ID, pre store.Precondition) error {
	tb.calls++
	switch {
	case id.String() != annID:
		return apperr.New(apperr.NotFound, "Not found")
	case !pre.Allows(tb.version):
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
		calls   int
	}{
		{name: "matching If-Match", version: 1, status: 204, calls: 1},
		{name: "If-Match of another version", version: 2, status: 412, body: `{"error":"User has changed"}`, calls: 1},
		{name: "If-Match *", version: 2, edits: []apitest.Edit{apitest.Header("If-Match", "*")}, status: 204, calls: 1},
		{name: "malformed If-Match", version: 1, edits: []apitest.Edit{apitest.Header("If-Match", "1")}, status: 400,
			body: `{"error":"Validation failed","details":[{"field":"If-Match","message":"must be * or a list of entity tags like \"1\""}]}`},
		{name: "unknown user", version: 1, edits: []apitest.Edit{apitest.ID("019aab7e-1a80-7c00-8000-000000000002")}, status: 404,
			body: `{"error":"Not found"}`, calls: 1},
		{name: "id of a reservation", version: 1, edits: []apitest.Edit{apitest.ID("email#ann@example.com")}, status: 404, body: `{"error":"Not found"}`},
		{name: "missing scope", version: 1, edits: []apitest.Edit{apitest.Scope("users:read")}, status: 403, body: `{"error":"Forbidden"}`},
		{name: "no authorizer", version: 1, edits: []apitest.Edit{apitest.NoAuthorizer}, status: 401, body: `{"error":"Unauthorized"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := table{version: tt.version}
			a := apitest.Invoke(t, newHandler(&users), apitest.Event(t, "delete.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.calls, users.calls)
			assert.Equal(t, "DELETE /users/{id}", a.Line["route"])
		})
	}
}

func TestScope(t *testing.T) { apitest.RequireScope(t, "deleteUser", newHandler(&table{})) }
