package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
)

// ann is the only user, at version 3.
var ann = func() user.User {
	u := user.New(usertest.ID("019aab7e-1a80-7c00-8000-000000000001"), usertest.Input("Ann", "ann@example.com"))
	u.Version = 3
	return u
}()

type getFunc func(id user.ID) (user.User, error)

func (f getFunc) Get(_ context.Context, id user.ID) (user.User, error) { return f(id) }

func onlyAnn(id user.ID) (user.User, error) {
	if id != ann.ID {
		return user.User{}, apperr.New(apperr.NotFound, "Not found")
	}
	return ann, nil
}

const annJSON = `{"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann","email":"ann@example.com",
	"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":3}`

func TestGetUser(t *testing.T) {
	unreachable := func(user.ID) (user.User, error) { panic("unexpected call of the table") }
	broken := func(user.ID) (user.User, error) { return user.User{}, errors.New("secret cause") }
	tests := []struct {
		name   string
		get    getFunc
		edits  []apitest.Edit
		status int
		body   string // JSON; "" for none
		etag   string
	}{
		{name: "found", get: onlyAnn, status: 200, body: annJSON, etag: `"3"`},
		{name: "id in upper case", get: onlyAnn, edits: []apitest.Edit{apitest.ID("019AAB7E-1A80-7C00-8000-000000000001")},
			status: 200, body: annJSON, etag: `"3"`},
		{name: "known version", get: onlyAnn, edits: []apitest.Edit{apitest.Header("If-None-Match", `"2", W/"3"`)}, status: 304, etag: `"3"`},
		{name: "known older version", get: onlyAnn, edits: []apitest.Edit{apitest.Header("if-none-match", `"2"`)}, status: 200, body: annJSON, etag: `"3"`},
		{name: "If-Match of another version", get: onlyAnn, edits: []apitest.Edit{apitest.Header("If-Match", `"2"`)}, status: 412,
			body: `{"error":"Resource has changed"}`},
		{name: "malformed If-None-Match", get: unreachable, edits: []apitest.Edit{apitest.Header("If-None-Match", `3`)}, status: 400,
			body: `{"error":"Validation failed","details":[{"field":"If-None-Match","message":"must be * or a list of entity tags like \"1\""}]}`},
		{name: "unknown user", get: onlyAnn, edits: []apitest.Edit{apitest.ID("019aab7e-1a80-7c00-8000-000000000002")}, status: 404, body: `{"error":"Not found"}`},
		{name: "malformed id", get: unreachable, edits: []apitest.Edit{apitest.ID("42")}, status: 404, body: `{"error":"Not found"}`},
		{name: "id of a reservation", get: unreachable, edits: []apitest.Edit{apitest.ID("email#ann@example.com")}, status: 404, body: `{"error":"Not found"}`},
		{name: "id of a reservation, encoded", get: unreachable, edits: []apitest.Edit{apitest.ID("email%23ann@example.com")}, status: 404,
			body: `{"error":"Not found"}`},
		{name: "missing scope", get: unreachable, edits: []apitest.Edit{apitest.Scope("users:write")}, status: 403, body: `{"error":"Forbidden"}`},
		{name: "no authorizer", get: unreachable, edits: []apitest.Edit{apitest.NoAuthorizer}, status: 401, body: `{"error":"Unauthorized"}`},
		{name: "table failure", get: broken, status: 500, body: `{"error":"Internal server error"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := apitest.Invoke(t, newHandler(tt.get), apitest.Event(t, "get.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, tt.etag, a.Header["ETag"])
			assert.Equal(t, "GET /users/{id}", a.Line["route"])
			a.AssertHead(t, newHandler(tt.get), "get.json", tt.edits...)
		})
	}
}

func TestScope(t *testing.T) { apitest.RequireScope(t, "getUser", newHandler(getFunc(nil))) }
