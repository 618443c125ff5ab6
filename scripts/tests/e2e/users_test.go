package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

func testLife(t *testing.T) {
	email := harness.Email()
	a := call(t, request{Method: "POST", Target: "/users/", Body: harness.UserBody(email)}) // as without the slash
	created := a.User(t, http.StatusCreated)
	assert.Equal(t, []any{"Ada Lovelace", email, 36, 1}, []any{created.Name, created.Email, *created.Age, created.Version})
	assert.Equal(t, created.CreatedAt, created.UpdatedAt)
	assert.Equal(t, `"1"`, a.Header.Get("ETag"))
	location, err := a.Sent.URL.Parse(a.Header.Get("Location")) // as a client resolves it
	require.NoError(t, err)
	target := location.Path
	assert.Equal(t, "/users/"+created.ID, target)

	a = call(t, get(target))
	assert.Equal(t, created, a.User(t, http.StatusOK))
	assert.Equal(t, []string{`"1"`, "application/json"}, []string{a.Header.Get("ETag"), a.Header.Get("Content-Type")})
	for _, address := range []string{email, strings.ToUpper(email)} {
		assert.Equal(t, []harness.User{created}, search(t, address))
	}

	testConditions(t, created)
	a = call(t, request{Method: "PUT", Target: target, Body: `{"name":"Ada King","email":"` + email + `"}`, Header: headers{"If-Match": `"1"`}})
	updated := a.User(t, http.StatusOK)
	assert.Equal(t, []any{created.ID, "Ada King", email, 2, created.CreatedAt}, []any{updated.ID, updated.Name, updated.Email, updated.Version, updated.CreatedAt})
	assert.Nil(t, updated.Age, "PUT replaces: omitting age removes it")
	assert.Equal(t, `"2"`, a.Header.Get("ETag"))
	assert.Greater(t, updated.UpdatedAt, created.UpdatedAt)

	a = call(t, request{Method: "DELETE", Target: target, Header: headers{"If-Match": `"2"`}})
	assert.Equal(t, http.StatusNoContent, a.Status)
	assert.Empty(t, a.Body)
	for _, r := range onUser(created.ID) {
		call(t, r).Fails(t, http.StatusNotFound)
	}
	assert.Equal(t, []harness.User{}, search(t, email), "an empty list, and not null")
	call(t, post(harness.UserBody(email))).User(t, http.StatusCreated) // the address is free again
}

func search(t *testing.T, email string) []harness.User {
	t.Helper()
	return call(t, get("/users?email="+url.QueryEscape(email))).Page(t).Users
}

// onUser returns a request of each kind that is about one user.
func onUser(id string) []request {
	return []request{
		get("/users/" + id),
		{Method: "PUT", Target: "/users/" + id, Body: harness.UserBody(harness.Email())},
		{Method: "DELETE", Target: "/users/" + id},
	}
}

// testConditions sends conditions that change nothing to a user of version 1.
func testConditions(t *testing.T, u harness.User) {
	for _, test := range []struct {
		method, header, value string
		status                int
	}{
		{method: "GET", header: "If-None-Match", value: `"1"`, status: http.StatusNotModified},
		{method: "HEAD", header: "If-None-Match", value: `"1"`, status: http.StatusNotModified},
		{method: "GET", header: "If-None-Match", value: `"2"`, status: http.StatusOK},
		{method: "PUT", header: "If-Match", value: `"2"`, status: http.StatusPreconditionFailed},
		{method: "PUT", header: "If-Match", value: `"x","forged":true,"`, status: http.StatusBadRequest},
		{method: "DELETE", header: "If-Match", value: `"2"`, status: http.StatusPreconditionFailed},
	} {
		r := request{Method: test.method, Target: "/users/" + u.ID, Header: headers{test.header: test.value}}
		if test.method == "PUT" {
			r.Body = harness.UserBody(u.Email)
		}
		a := call(t, r)
		assert.Equal(t, test.status, a.Status, "%+v: %s", test, a.Body)
		if a.Status == http.StatusNotModified {
			assert.Equal(t, []string{`"1"`, ""}, []string{a.Header.Get("ETag"), a.Body})
		}
	}
}

func testPages(t *testing.T) {
	waited := map[string]bool{create(t).ID: true, create(t).ID: true, create(t).ID: true}
	target, last := "/users?limit=1", "~"
	for len(waited) > 0 {
		p := call(t, get(target)).Page(t)
		require.Len(t, p.Users, 1)
		require.Less(t, p.Users[0].ID, last, "newest first, and each user once")
		last = p.Users[0].ID
		if delete(waited, last); len(waited) > 0 {
			require.NotEmpty(t, p.NextCursor, "the page before the last has a cursor")
			target = "/users?limit=1&cursor=" + url.QueryEscape(p.NextCursor)
		}
	}
}

func testIdempotency(t *testing.T) {
	repeat := func(key, body, credential string) harness.Answer {
		return call(t, request{Method: "POST", Target: "/users", Body: body, Credential: credential, Header: headers{"Idempotency-Key": key}})
	}
	body, key := harness.UserBody(harness.Email()), uuid.NewString()
	first, second := repeat(key, body, ""), repeat(key, body, "")
	assert.Equal(t, first.User(t, http.StatusCreated), second.User(t, http.StatusCreated))
	assert.Equal(t, first.Header.Get("Location"), second.Header.Get("Location"))
	repeat(key, harness.UserBody(harness.Email()), "").Fails(t, http.StatusUnprocessableEntity)
	repeat(key, body, signed(t, "somebody-else", "users:write", time.Hour)).Fails(t, http.StatusConflict) // another principal's key
}
