package main

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/user"
)

// ann is at version 3; she is the only user there is.
var ann = func() user.User {
	u := user.New(uuid.MustParse("019aab7e-1a80-7c00-8000-000000000001"), user.Input{Name: "Ann", Email: "ann@example.com"})
	u.Version = 3
	return u
}()

type getFunc func(id string) (user.User, error)

func (f getFunc) Get(_ context.Context, id string) (user.User, error) { return f(id) }

func onlyAnn(id string) (user.User, error) {
	if id != ann.ID {
		return user.User{}, apperr.New(apperr.NotFound, "Not found")
	}
	return ann, nil
}

const annJSON = `{"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann","email":"ann@example.com",
	"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":3}`

func TestGetUser(t *testing.T) {
	unreachable := func(string) (user.User, error) { panic("the table must not be asked") }
	broken := func(string) (user.User, error) { return user.User{}, errors.New("secret cause") }
	tests := []struct {
		name   string
		get    getFunc
		edits  []apitest.Edit
		status int
		body   string // JSON; "" for none
		etag   string
	}{
		{"found", onlyAnn, nil, 200, annJSON, `"3"`},
		{"found by an id in upper case", onlyAnn, []apitest.Edit{apitest.ID("019AAB7E-1A80-7C00-8000-000000000001")}, 200, annJSON, `"3"`},
		{"known version", onlyAnn, []apitest.Edit{apitest.Header("If-None-Match", `"2", W/"3"`)}, 304, "", `"3"`},
		{"older version known", onlyAnn, []apitest.Edit{apitest.Header("if-none-match", `"2"`)}, 200, annJSON, `"3"`},
		{"If-Match of another version", onlyAnn, []apitest.Edit{apitest.Header("If-Match", `"2"`)}, 412, `{"error":"User has changed"}`, ""},
		{"malformed If-None-Match", unreachable, []apitest.Edit{apitest.Header("If-None-Match", `3`)}, 400,
			`{"error":"Validation failed","details":[{"field":"If-None-Match","message":"must be * or a list of entity tags like \"1\""}]}`, ""},
		{"no such user", onlyAnn, []apitest.Edit{apitest.ID("019aab7e-1a80-7c00-8000-000000000002")}, 404, `{"error":"Not found"}`, ""},
		{"id that is none", unreachable, []apitest.Edit{apitest.ID("42")}, 404, `{"error":"Not found"}`, ""},
		{"id of a reservation", unreachable, []apitest.Edit{apitest.ID("email#ann@example.com")}, 404, `{"error":"Not found"}`, ""},
		{"id of a reservation, encoded", unreachable, []apitest.Edit{apitest.ID("email%23ann@example.com")}, 404, `{"error":"Not found"}`, ""},
		{"without the scope", unreachable, []apitest.Edit{apitest.Scope("users:write")}, 403, `{"error":"Forbidden"}`, ""},
		{"without an authorizer", unreachable, []apitest.Edit{apitest.NoAuthorizer}, 401, `{"error":"Unauthorized"}`, ""},
		{"a fault of the table", broken, nil, 500, `{"error":"Internal server error"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := apitest.Invoke(t, handler(tt.get), apitest.Event(t, "get.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.etag, a.Header["ETag"])
			assert.Equal(t, "GET /users/{id}", a.Line["route"])
		})
	}
}
