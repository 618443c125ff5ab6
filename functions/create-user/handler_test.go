package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// recorder creates a user, or fails, and records its arguments.
type recorder struct {
	err      error
	replayed bool
	in       user.Input
	idem     store.Idempotency
}

func (r *recorder) Create(_ context.Context, in user.Input, idem store.Idempotency) (store.Created, error) {
	r.in, r.idem = in, idem
	u := user.New(usertest.ID("019aab7e-1a80-7c00-8000-000000000001"), in)
	return store.Created{User: u, Replayed: r.replayed}, r.err
}

const annJSON = `{"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann Lee","email":"ann@example.com","age":42,
	"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":1}`

func TestCreateUser(t *testing.T) {
	users := &recorder{}
	a := apitest.Invoke(t, newHandler(users), apitest.Event(t, "create.json"))
	assert.Equal(t, 201, a.Status)
	a.AssertBody(t, annJSON)
	assert.Equal(t, `"1"`, a.Header["ETag"])
	age := 42
	assert.Equal(t, user.Input{Name: "Ann Lee", Email: usertest.Email("ann@example.com"), Age: &age}, users.in)
	assert.Equal(t, store.Idempotency{Principal: "jwt:ann", Key: "5d2c9a51-7d4f-4d0e-8f31-4f2f7c8f9a10"}, users.idem)
	assert.Equal(t, "019aab7e-1a80-7c00-8000-000000000001", a.Line["userId"])
	assert.NotContains(t, fmt.Sprint(a.Line), "ann@example.com")
}

// The Location is resolved against the URL of the request (RFC 9110, section 10.2.2).
func TestLocation(t *testing.T) {
	for _, base := range []string{"https://api.example/users", "https://api.example/prod/users"} {
		for slash, edits := range map[string][]apitest.Edit{"": nil, "/": {apitest.TrailingSlash}} {
			a := apitest.Invoke(t, newHandler(&recorder{}), apitest.Event(t, "create.json", edits...))
			request, err := url.Parse(base + slash)
			require.NoError(t, err)
			location, err := request.Parse(a.Header["Location"])
			require.NoError(t, err)
			assert.Equal(t, base+"/019aab7e-1a80-7c00-8000-000000000001", location.String())
		}
	}
}

func TestReplayedAnswerSaysSo(t *testing.T) {
	a := apitest.Invoke(t, newHandler(&recorder{replayed: true}), apitest.Event(t, "create.json"))
	assert.Equal(t, 201, a.Status)
	assert.Equal(t, "true", a.Header["Idempotency-Replayed"])
	a = apitest.Invoke(t, newHandler(&recorder{}), apitest.Event(t, "create.json"))
	assert.NotContains(t, a.Header, "Idempotency-Replayed")
}

func TestCreateUserErrors(t *testing.T) {
	unavailable := &apperr.Error{Kind: apperr.Unavailable, Message: "Try again", RetryAfter: time.Second}
	tests := []struct {
		name   string
		err    error
		edits  []apitest.Edit
		status int
		body   string
	}{
		{name: "email taken", err: apperr.New(apperr.Conflict, "Email address is taken"), status: 409, body: `{"error":"Email address is taken"}`},
		{name: "reused Idempotency-Key", err: apperr.New(apperr.KeyReused, "Used"), status: 422, body: `{"error":"Used"}`},
		{name: "table unavailable", err: unavailable, status: 503, body: `{"error":"Try again"}`},
		{name: "no body", edits: []apitest.Edit{apitest.Body(nil)}, status: 400, body: `{"error":"Request body is empty; send a JSON object"}`},
		{name: "empty body", edits: []apitest.Edit{apitest.Body("")}, status: 400, body: `{"error":"Request body is empty; send a JSON object"}`},
		{name: "not JSON", edits: []apitest.Edit{apitest.Body("{")}, status: 400, body: `{"error":"Request body is not valid JSON"}`},
		{name: "wrong content type", edits: []apitest.Edit{apitest.Header("Content-Type", "text/plain")}, status: 415,
			body: `{"error":"Content-Type must be application/json, in UTF-8"}`},
		{name: "1 MB body", edits: []apitest.Edit{apitest.Body(`{"name":"` + strings.Repeat("n", 1<<20) + `"}`)}, status: 413,
			body: `{"error":"Request body is larger than 65536 bytes"}`},
		{name: "invalid members", edits: []apitest.Edit{apitest.Body(`{"name":"A","age":17}`)}, status: 400, body: `{"error":"Validation failed","details":[
			{"field":"name","message":"must have 2 to 100 characters"},{"field":"email","message":"is required"},
			{"field":"age","message":"must be an integer from 18 to 120"}]}`},
		{name: "malformed Idempotency-Key", edits: []apitest.Edit{apitest.Header("Idempotency-Key", "a b")}, status: 400,
			body: `{"error":"Validation failed","details":[{"field":"Idempotency-Key","message":"must be 1 to 255 visible ASCII characters"}]}`},
		{name: "missing scope", edits: []apitest.Edit{apitest.Scope("users:read")}, status: 403, body: `{"error":"Forbidden"}`},
		{name: "no authorizer", edits: []apitest.Edit{apitest.NoAuthorizer}, status: 401, body: `{"error":"Unauthorized"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := &recorder{err: tt.err}
			a := apitest.Invoke(t, newHandler(users), apitest.Event(t, "create.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, map[bool]string{true: "1"}[tt.status == 503], a.Header["Retry-After"])
			assert.Equal(t, tt.err == nil, users.in == user.Input{}, "only a valid request must reach the table")
		})
	}
}

func TestScope(t *testing.T) { apitest.RequireScope(t, "createUser", newHandler(&recorder{})) }
