package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// table holds one user, ann, at a version.
type table struct {
	version  int64
	err      error
	calls    int
	expected int64 // the version that the last precondition names
}

const annID = "019aab7e-1a80-7c00-8000-000000000001"

func (tb *table) Update(_ context.Context, id user.ID, in user.Input, pre store.Precondition) (user.User, error) {
	tb.calls++
	tb.expected = pre.Expected()
	switch {
	case tb.err != nil:
		return user.User{}, tb.err
	case id.String() != annID:
		return user.User{}, apperr.New(apperr.NotFound, "Not found")
	case !pre.Allows(tb.version):
		return user.User{}, apperr.New(apperr.PreconditionFailed, "User has changed")
	}
	u := user.New(usertest.ID(annID), in)
	u.Version = tb.version + 1
	return u, nil
}

func TestUpdateUser(t *testing.T) {
	tests := []struct {
		name     string
		table    table
		edits    []apitest.Edit
		status   int
		body     string
		etag     string
		calls    int
		expected int64 // the version that the precondition names
	}{
		{name: "matching If-Match", table: table{version: 1}, status: 200, etag: `"2"`, calls: 1, expected: 1,
			body: `{"id":"` + annID + `","name":"Ann Lee","email":"ann@example.com","age":43,
			"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":2}`},
		{name: "If-Match of another version", table: table{version: 2}, status: 412, body: `{"error":"User has changed"}`, calls: 1, expected: 1},
		{name: "weak If-Match", table: table{version: 1}, edits: []apitest.Edit{apitest.Header("If-Match", `W/"1"`)},
			status: 412, body: `{"error":"User has changed"}`, calls: 1},
		{name: "If-None-Match *", table: table{version: 1}, edits: []apitest.Edit{apitest.Header("If-None-Match", `*`)},
			status: 412, body: `{"error":"User has changed"}`, calls: 1, expected: 1},
		{name: "malformed If-Match", table: table{version: 1}, edits: []apitest.Edit{apitest.Header("If-Match", `1`)}, status: 400,
			body: `{"error":"Validation failed","details":[{"field":"If-Match","message":"must be * or a list of entity tags like \"1\""}]}`},
		{name: "unknown user", table: table{version: 1}, edits: []apitest.Edit{apitest.ID("019aab7e-1a80-7c00-8000-000000000002")},
			status: 404, body: `{"error":"Not found"}`, calls: 1, expected: 1},
		{name: "id of a reservation", table: table{version: 1}, edits: []apitest.Edit{apitest.ID("email%23ann@example.com")},
			status: 404, body: `{"error":"Not found"}`},
		{name: "email taken", table: table{err: apperr.New(apperr.Conflict, "Email address is taken")},
			status: 409, body: `{"error":"Email address is taken"}`, calls: 1, expected: 1},
		{name: "no body", table: table{version: 1}, edits: []apitest.Edit{apitest.Body(nil)}, status: 400,
			body: `{"error":"Request body is empty; send a JSON object"}`},
		{name: "missing members", table: table{version: 1}, edits: []apitest.Edit{apitest.Body(`{"age":20}`)}, status: 400,
			body: `{"error":"Validation failed","details":[
			{"field":"name","message":"is required"},{"field":"email","message":"is required"}]}`},
		{name: "missing scope", table: table{version: 1}, edits: []apitest.Edit{apitest.Scope("users:read")}, status: 403, body: `{"error":"Forbidden"}`},
		{name: "no authorizer", table: table{version: 1}, edits: []apitest.Edit{apitest.NoAuthorizer}, status: 401, body: `{"error":"Unauthorized"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := tt.table
			a := apitest.Invoke(t, newHandler(&users), apitest.Event(t, "update.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.etag, a.Header["ETag"])
			assert.Equal(t, tt.calls, users.calls)
			assert.Equal(t, tt.expected, users.expected)
			assert.Equal(t, "PUT /users/{id}", a.Line["route"])
		})
	}
}

func TestScope(t *testing.T) { apitest.RequireScope(t, "updateUser", newHandler(&table{})) }
