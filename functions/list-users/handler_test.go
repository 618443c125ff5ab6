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

var ann = user.New(usertest.ID("019aab7e-1a80-7c00-8000-000000000001"), usertest.Input("Ann", "ann@example.com"))

const annJSON = `{"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann","email":"ann@example.com",
	"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":1}`

// recorder returns what a test sets and records its arguments.
type recorder struct {
	page  store.Page
	found []user.User
	err   error

	limit         int
	cursor, email string
	calls         int
}

func (r *recorder) List(_ context.Context, limit int, cursor string) (store.Page, error) {
	r.limit, r.cursor = limit, cursor
	r.calls++
	return r.page, r.err
}

func (r *recorder) FindByEmail(_ context.Context, email user.Email) ([]user.User, error) {
	r.email = email.String()
	r.calls++
	return r.found, r.err
}

func TestListUsers(t *testing.T) {
	tests := []struct {
		name   string
		users  recorder
		edits  []apitest.Edit
		status int
		body   string
		want   recorder // the recorded arguments
	}{
		{name: "page with a next one", users: recorder{page: store.Page{Items: []user.User{ann}, Next: "abc"}},
			status: 200, body: `{"users":[` + annJSON + `],"nextCursor":"abc"}`, want: recorder{limit: 2, calls: 1}},
		{name: "last page", users: recorder{page: store.Page{Items: []user.User{ann}}}, edits: []apitest.Edit{apitest.Query("cursor", "abc")},
			status: 200, body: `{"users":[` + annJSON + `]}`, want: recorder{limit: 2, cursor: "abc", calls: 1}},
		{name: "no users", users: recorder{}, status: 200, body: `{"users":[]}`, want: recorder{limit: 2, calls: 1}},
		{name: "largest limit", users: recorder{}, edits: []apitest.Edit{apitest.Query("limit", "100")},
			status: 200, body: `{"users":[]}`, want: recorder{limit: 100, calls: 1}},
		{name: "default limit", users: recorder{}, edits: []apitest.Edit{noQuery}, status: 200, body: `{"users":[]}`, want: recorder{limit: 20, calls: 1}},
		{name: "email address", users: recorder{found: []user.User{ann}}, edits: []apitest.Edit{apitest.Query("email", "ann@example.com")},
			status: 200, body: `{"users":[` + annJSON + `]}`, want: recorder{email: "ann@example.com", calls: 1}},
		{name: "unknown email address", users: recorder{}, edits: []apitest.Edit{apitest.Query("email", "ann@example.com")},
			status: 200, body: `{"users":[]}`, want: recorder{email: "ann@example.com", calls: 1}},
		{name: "malformed cursor", users: recorder{err: apperr.InvalidField("cursor", "x")}, edits: []apitest.Edit{apitest.Query("cursor", "zzz")},
			status: 400, body: `{"error":"Validation failed","details":[{"field":"cursor","message":"x"}]}`, want: recorder{limit: 2, cursor: "zzz", calls: 1}},
		{name: "unknown parameter", users: recorder{}, edits: []apitest.Edit{apitest.Query("offset", "3")},
			status: 400, body: `{"error":"Validation failed","details":[{"field":"offset","message":"is not a parameter of this request"}]}`, want: recorder{}},
		{name: "duplicate parameter", users: recorder{}, edits: []apitest.Edit{apitest.Query("limit", "3", "4")},
			status: 400, body: `{"error":"Validation failed","details":[{"field":"limit","message":"must appear only once"}]}`, want: recorder{}},
		{name: "missing scope", users: recorder{}, edits: []apitest.Edit{apitest.Scope("users:write")},
			status: 403, body: `{"error":"Forbidden"}`, want: recorder{}},
		{name: "no authorizer", users: recorder{}, edits: []apitest.Edit{apitest.NoAuthorizer},
			status: 401, body: `{"error":"Unauthorized"}`, want: recorder{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := tt.users
			a := apitest.Invoke(t, newHandler(&users), apitest.Event(t, "list.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.want, recorder{limit: users.limit, cursor: users.cursor, email: users.email, calls: users.calls})
			assert.Equal(t, "GET /users", a.Line["route"])
			a.AssertHead(t, newHandler(&users), "list.json", tt.edits...)
		})
	}
}

func noQuery(event map[string]any) {
	event["queryStringParameters"], event["multiValueQueryStringParameters"] = nil, nil
}

func TestBadLimits(t *testing.T) {
	for _, limit := range []string{"0", "-1", "101", "abc", "", "1.5", "0x10", "1e1", " 2", "99999999999999999999"} {
		users := recorder{}
		a := apitest.Invoke(t, newHandler(&users), apitest.Event(t, "list.json", apitest.Query("limit", limit)))
		assert.Equal(t, 400, a.Status, "limit %q", limit)
		a.AssertBody(t, `{"error":"Validation failed","details":[{"field":"limit","message":"must be an integer from 1 to 100"}]}`)
		assert.Zero(t, users.calls)
	}
}

func TestScope(t *testing.T) { apitest.RequireScope(t, "listUsers", newHandler(&recorder{})) }
