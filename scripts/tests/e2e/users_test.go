package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// testLife sends requests about one user, so that there is an answer of each kind for the checks of
// openapi.yml and of the log. The walks in tests/clients and `make smoke` look at what is in them.
func testLife(t *testing.T) {
	key := headers{"Idempotency-Key": uuid.NewString()}
	body, other := harness.UserBody(harness.Email()), harness.UserBody(harness.Email())
	a := call(t, request{Method: "POST", Target: "/users", Body: body, Header: key})
	created := a.User(t, http.StatusCreated)
	location, err := a.Sent.URL.Parse(a.Header.Get("Location")) // as a client resolves it
	require.NoError(t, err)
	require.Equal(t, "/users/"+created.ID, location.Path)

	user, somebodyElse := location.Path, signed(t, "somebody-else", "users:write", time.Hour)
	for _, step := range []struct {
		request
		status int
	}{
		{request{Method: "POST", Target: "/users", Body: body, Header: key}, http.StatusCreated},
		{request{Method: "POST", Target: "/users", Body: other, Header: key}, http.StatusUnprocessableEntity},
		{request{Method: "POST", Target: "/users", Body: body, Header: key, Credential: somebodyElse}, http.StatusConflict},
		{request{Method: "GET", Target: user, Header: headers{"If-None-Match": `"1"`}}, http.StatusNotModified},
		{request{Method: "HEAD", Target: user, Header: headers{"If-None-Match": `"1"`}}, http.StatusNotModified},
		{request{Method: "GET", Target: user, Header: headers{"If-None-Match": `"2"`}}, http.StatusOK},
		{request{Method: "PUT", Target: user, Body: body, Header: headers{"If-Match": `"2"`}}, http.StatusPreconditionFailed},
		{request{Method: "PUT", Target: user, Body: body, Header: headers{"If-Match": `"x","forged":true,"`}}, http.StatusBadRequest},
		{request{Method: "PUT", Target: user, Body: other, Header: headers{"If-Match": `"1"`}}, http.StatusOK},
		{request{Method: "DELETE", Target: user, Header: headers{"If-Match": `"1"`}}, http.StatusPreconditionFailed},
		{request{Method: "DELETE", Target: user, Header: headers{"If-Match": `"2"`}}, http.StatusNoContent},
	} {
		assert.Equal(t, step.status, call(t, step.request).Status, "%+v", step.request)
	}
	for _, r := range onUser(created.ID) {
		call(t, r).Fails(t, http.StatusNotFound)
	}
}

// onUser returns a request of each kind that is about one user.
func onUser(id string) []request {
	return []request{
		get("/users/" + id),
		{Method: "PUT", Target: "/users/" + id, Body: harness.UserBody(harness.Email())},
		{Method: "DELETE", Target: "/users/" + id},
	}
}
