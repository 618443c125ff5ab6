package main

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/user"
)

// table has one user at a version.
type table struct {
	version int64
	err     error
	asked   int
	said    int64 // the version that the handler expected
}

const annID = "019aab7e-1a80-7c00-8000-000000000001"

func (tb *table) Update(_ context.Context, id string, in user.Input, allow store.Allow, expected int64) (user.User, error) {
	tb.asked++
	tb.said = expected
	switch {
	case tb.err != nil:
		return user.User{}, tb.err
	case id != annID:
		return user.User{}, apperr.New(apperr.NotFound, "Not found")
	case !allow(tb.version):
		return user.User{}, apperr.New(apperr.PreconditionFailed, "User has changed")
	}
	u := user.New(uuid.MustParse(annID), in)
	u.Version = tb.version + 1
	return u, nil
}

func TestUpdateUser(t *testing.T) {
	tests := []struct {
		name   string
		table  table
		edits  []apitest.Edit
		status int
		body   string
		etag   string
		asked  int
		said   int64
	}{
		{"If-Match of the version", table{version: 1}, nil, 200, `{"id":"` + annID + `","name":"Ann Lee","email":"ann@example.com","age":43,
			"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":2}`, `"2"`, 1, 1},
		{"If-Match of another version", table{version: 2}, nil, 412, `{"error":"User has changed"}`, "", 1, 1},
		{"If-Match weak", table{version: 1}, []apitest.Edit{apitest.Header("If-Match", `W/"1"`)}, 412, `{"error":"User has changed"}`, "", 1, 0},
		{"If-None-Match *", table{version: 1}, []apitest.Edit{apitest.Header("If-None-Match", `*`)}, 412, `{"error":"User has changed"}`, "", 1, 1},
		{"If-Match malformed", table{version: 1}, []apitest.Edit{apitest.Header("If-Match", `1`)}, 400,
			`{"error":"Validation failed","details":[{"field":"If-Match","message":"must be * or a list of entity tags like \"1\""}]}`, "", 0, 0},
		{"no such user", table{version: 1}, []apitest.Edit{apitest.ID("019aab7e-1a80-7c00-8000-000000000002")}, 404, `{"error":"Not found"}`, "", 1, 1},
		{"id of a reservation", table{version: 1}, []apitest.Edit{apitest.ID("email%23ann@example.com")}, 404, `{"error":"Not found"}`, "", 0, 0},
		{"email taken", table{err: apperr.New(apperr.Conflict, "Email address is taken")}, nil, 409, `{"error":"Email address is taken"}`, "", 1, 1},
		{"no body", table{version: 1}, []apitest.Edit{apitest.Body(nil)}, 400, `{"error":"Request body is empty; send a JSON object"}`, "", 0, 0},
		{"a part of a user", table{version: 1}, []apitest.Edit{apitest.Body(`{"age":20}`)}, 400, `{"error":"Validation failed","details":[
			{"field":"name","message":"is required"},{"field":"email","message":"is required"}]}`, "", 0, 0},
		{"without the scope", table{version: 1}, []apitest.Edit{apitest.Scope("users:read")}, 403, `{"error":"Forbidden"}`, "", 0, 0},
		{"without an authorizer", table{version: 1}, []apitest.Edit{apitest.NoAuthorizer}, 401, `{"error":"Unauthorized"}`, "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := tt.table
			a := apitest.Invoke(t, handler(&users), apitest.Event(t, "update.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.etag, a.Header["ETag"])
			assert.Equal(t, tt.asked, users.asked)
			assert.Equal(t, tt.said, users.said)
			assert.Equal(t, "PUT /users/{id}", a.Line["route"])
		})
	}
}
