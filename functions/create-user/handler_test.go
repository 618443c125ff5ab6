package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/testing/apitest"
	"users-api/pkg/user"
)

// recorder creates a user, or fails, and says what it was asked.
type recorder struct {
	err  error
	in   user.Input
	idem store.Idempotency
}

func (r *recorder) Create(_ context.Context, in user.Input, idem store.Idempotency) (user.User, error) {
	r.in, r.idem = in, idem
	return user.New(uuid.MustParse("019aab7e-1a80-7c00-8000-000000000001"), in), r.err
}

const annJSON = `{"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann Lee","email":"ann@example.com","age":42,
	"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":1}`

func TestCreateUser(t *testing.T) {
	users := &recorder{}
	a := apitest.Invoke(t, handler(users), apitest.Event(t, "create.json"))
	assert.Equal(t, 201, a.Status)
	a.AssertBody(t, annJSON)
	assert.Equal(t, `"1"`, a.Header["ETag"])
	assert.Equal(t, "users/019aab7e-1a80-7c00-8000-000000000001", a.Header["Location"], "relative: right behind a stage and behind a domain")
	age := 42
	assert.Equal(t, user.Input{Name: "Ann Lee", Email: "ann@example.com", Age: &age}, users.in)
	assert.Equal(t, store.Idempotency{Principal: "jwt:ann", Key: "5d2c9a51-7d4f-4d0e-8f31-4f2f7c8f9a10"}, users.idem)
	assert.Equal(t, "019aab7e-1a80-7c00-8000-000000000001", a.Line["userId"])
	assert.NotContains(t, fmt.Sprint(a.Line), "ann@example.com")
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
		{"email taken", apperr.New(apperr.Conflict, "Email address is taken"), nil, 409, `{"error":"Email address is taken"}`},
		{"key reused", apperr.New(apperr.KeyReused, "Used"), nil, 422, `{"error":"Used"}`},
		{"table away", unavailable, nil, 503, `{"error":"Try again"}`},
		{"no body", nil, []apitest.Edit{apitest.Body(nil)}, 400, `{"error":"Request body is empty; send a JSON object"}`},
		{"empty body", nil, []apitest.Edit{apitest.Body("")}, 400, `{"error":"Request body is empty; send a JSON object"}`},
		{"not JSON", nil, []apitest.Edit{apitest.Body("{")}, 400, `{"error":"Request body is not valid JSON"}`},
		{"form", nil, []apitest.Edit{apitest.Header("Content-Type", "text/plain")}, 415, `{"error":"Content-Type must be application/json, in UTF-8"}`},
		{"1 MB", nil, []apitest.Edit{apitest.Body(`{"name":"` + strings.Repeat("n", 1<<20) + `"}`)}, 413, `{"error":"Request body is larger than 65536 bytes"}`},
		{"invalid", nil, []apitest.Edit{apitest.Body(`{"name":"A","age":17}`)}, 400, `{"error":"Validation failed","details":[
			{"field":"name","message":"must have 2 to 100 characters"},{"field":"email","message":"is required"},
			{"field":"age","message":"must be an integer from 18 to 120"}]}`},
		{"bad key", nil, []apitest.Edit{apitest.Header("Idempotency-Key", "a b")}, 400,
			`{"error":"Validation failed","details":[{"field":"Idempotency-Key","message":"must be 1 to 255 visible ASCII characters"}]}`},
		{"without the scope", nil, []apitest.Edit{apitest.Scope("users:read")}, 403, `{"error":"Forbidden"}`},
		{"without an authorizer", nil, []apitest.Edit{apitest.NoAuthorizer}, 401, `{"error":"Unauthorized"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users := &recorder{err: tt.err}
			a := apitest.Invoke(t, handler(users), apitest.Event(t, "create.json", tt.edits...))
			assert.Equal(t, tt.status, a.Status)
			a.AssertBody(t, tt.body)
			assert.Equal(t, map[bool]string{true: "1"}[tt.status == 503], a.Header["Retry-After"])
			assert.Equal(t, tt.err == nil, users.in == user.Input{}, "the table is asked only for what is good")
		})
	}
}
