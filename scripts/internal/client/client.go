// Package client is the API as its clients see it: requests, answers, and the few
// shapes that an answer has. The tests of the whole service speak through it, and
// know nothing of its packages.
package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Anonymous is the credential of a request that carries none.
const Anonymous = "none"

// Request is one call of the API. Credential is the value of Authorization.
type Request struct {
	Method, Target, Body string
	Header               map[string]string
	Credential           string
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string

	// Sent are the headers of the request.
	Sent http.Header
}

// User is a user as the API shows it.
type User struct {
	ID, Name, Email, CreatedAt, UpdatedAt string
	Age                                   *int
	Version                               int
}

// Page is an answer of GET /users.
type Page struct {
	Users      []User
	NextCursor string
}

// Failure is the one shape of an error.
type Failure struct {
	Error     string
	Details   []struct{ Field, Message string }
	RequestID string
}

// Send sends a request to the API at url. A body is JSON unless its header says
// otherwise.
func Send(t testing.TB, url string, r Request) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.Method, url+r.Target, strings.NewReader(r.Body))
	require.NoError(t, err)
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.Credential != Anonymous {
		req.Header.Set("Authorization", r.Credential)
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(body), Sent: req.Header}
}

// Together makes n calls at once.
func Together[T any](n int, call func(i int) T) []T {
	results := make([]T, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { results[i] = call(i) })
	}
	all.Wait()
	return results
}

// HasCORS checks what every answer must have, whoever made it.
func (a Answer) HasCORS(t testing.TB) {
	t.Helper()
	assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"), "CORS on every answer: %v", a)
}

// Fails checks that an answer is an error of the given status, in the one shape, and
// reveals nothing.
func (a Answer) Fails(t testing.TB, status int) Failure {
	t.Helper()
	require.Equal(t, status, a.Status, a.Body)
	assert.Equal(t, "application/json", a.Header.Get("Content-Type"))
	var f Failure
	decoder := json.NewDecoder(strings.NewReader(a.Body))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&f), a.Body)
	assert.NotEmpty(t, f.Error, a.Body)
	assert.Regexp(t, `^[0-9a-fA-F-]{36}$`, f.RequestID, a.Body)
	for _, detail := range f.Details {
		assert.NotEmpty(t, detail.Field, a.Body)
		assert.NotEmpty(t, detail.Message, a.Body)
	}
	for _, cause := range []string{"dynamodb", "goroutine", ".go:", "ConditionalCheck", "arn:aws"} {
		assert.NotContains(t, a.Body, cause)
	}
	return f
}

// User reads the user that an answer of the given status has.
func (a Answer) User(t testing.TB, status int) User {
	t.Helper()
	var u User
	a.read(t, status, &u)
	return u
}

// Page reads the page of users that an answer has.
func (a Answer) Page(t testing.TB) Page {
	t.Helper()
	var p Page
	a.read(t, http.StatusOK, &p)
	return p
}

func (a Answer) read(t testing.TB, status int, v any) {
	t.Helper()
	require.Equal(t, status, a.Status, a.Body)
	require.NoError(t, json.Unmarshal([]byte(a.Body), v), a.Body)
}

// Address is a mail address that nothing else uses.
func Address() string { return "e2e-" + uuid.NewString() + "@example.com" }

// Input is a body that is valid.
func Input(email string) string {
	return fmt.Sprintf(`{"name":"Ada Lovelace","email":%q,"age":36}`, email)
}
