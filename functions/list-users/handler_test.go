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

var ann = user.New(uuid.MustParse("019aab7e-1a80-7c00-8000-000000000001"), user.Input{Name: "Ann", Email: "ann@example.com"})

const annJSON = `{"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann","email":"ann@example.com",
	"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":1}`

// recorder answers with what it is given and says what it was asked.
type recorder struct {
	page  store.Page
	found []user.User
	err   error

	limit         int
	cursor, email string
	asked         int
}

func (r *recorder) List(_ context.Context, limit int, cursor string) (store.Page, error) {
	r.limit, r.cursor = limit, cursor
	r.asked++
	return r.page, r.err
}

func (r *recorder) FindByEmail(_ context.Context, email string) ([]user.User, error) {
	r.email = email
	r.asked++
	return r.found, r.err
}

func TestListUsers(t *testing.T) {
	tests := []struct {
		name   string
		users  recorder
		edits  []apitest.Edit
		status int
		body   string
		want   recorder // what it was asked
	}{
		{"a page and a next one", recorder{page: store.Page{Users: []user.User{ann}, Next: "abc"}}, nil,
			200, `{"users":[` + annJSON + `],"nextCursor":"abc"}`, recorder{limit: 2, asked: 1}},
		{"the last page", recorder{page: store.Page{Users: []user.User{ann}}}, []apitest.Edit{apitest.Query("cursor", "abc")},
			200, `{"users":[` + annJSON + `]}`, recorder{limit: 2, cursor: "abc", asked: 1}},
		{"nobody", recorder{}, nil, 200, `{"users":[]}`, recorder{limit: 2, asked: 1}},
		{"largest page", recorder{}, []apitest.Edit{apitest.Query("limit", "100")}, 200, `{"users":[]}`, recorder{limit: 100, asked: 1}},
		{"default page", recorder{}, []apitest.Edit{noQuery}, 200, `{"users":[]}`, recorder{limit: 20, asked: 1}},
		{"by address", recorder{found: []user.User{ann}}, []apitest.Edit{apitest.Query("email", "ann@example.com")},
			200, `{"users":[` + annJSON + `]}`, recorder{email: "ann@example.com", asked: 1}},
		{"by address, nobody", recorder{}, []apitest.Edit{apitest.Query("email", "ann@example.com")},
			200, `{"users":[]}`, recorder{email: "ann@example.com", asked: 1}},
		{"bad cursor", recorder{err: apperr.New(apperr.Invalid, "Validation failed", apperr.Detail{Field: "cursor", Message: "x"})}, []apitest.Edit{apitest.Query("cursor", "zzz")},
			400, `{"error":"Validation failed","details":[{"field":"cursor","message":"x"}]}`, recorder{limit: 2, cursor: "zzz", asked: 1}},
		{"unknown parameter", recorder{}, []apitest.Edit{apitest.Query("offset", "3")},
			400, `{"error":"Validation failed","details":[{"field":"offset","message":"is not a parameter of this request"}]}`, recorder{}},
		{"a parameter twice", recorder{}, []apitest.Edit{apitest.Query("limit", "3", "4")},
			400, `{"error":"Validation failed","details":[{"field":"limit","message":"must stand once"}]}`, recorder{}},
		{"without the scope", recorder{}, []apitest.Edit{apitest.Scope("users:write")}, 403, `{"error":"Forbidden"}`, recorder{}},
		{"without an authorizer", recorder{}, []apitest.Edit{apitest.NoAuthorizer}, 401, `{"error":"Unauthorized"}`, recorder{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := tt.users
			a := apitest.Invoke(t, handler(&users), apitest.Event(t, "list.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.want, recorder{limit: users.limit, cursor: users.cursor, email: users.email, asked: users.asked})
			assert.Equal(t, "GET /users", a.Line["route"])
		})
	}
}

func noQuery(event map[string]any) {
	event["queryStringParameters"], event["multiValueQueryStringParameters"] = nil, nil
}

func TestBadLimits(t *testing.T) {
	for _, limit := range []string{"0", "-1", "101", "abc", "", "1.5", "0x10", "1e1", " 2", "99999999999999999999"} {
		users := recorder{}
		a := apitest.Invoke(t, handler(&users), apitest.Event(t, "list.json", apitest.Query("limit", limit)))
		assert.Equal(t, 400, a.Status, "limit %q", limit)
		a.AssertBody(t, `{"error":"Validation failed","details":[{"field":"limit","message":"must be an integer from 1 to 100"}]}`)
		assert.Zero(t, users.asked)
	}
}
