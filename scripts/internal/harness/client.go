package harness

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

// Request is a call of the API. Credential is the value of Authorization, if any.
type Request struct {
	Method, Target, Body, Credential string
	Header                           map[string]string
}

// Answer is an answer of the API, or of AWS.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Sent   *http.Request
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

// Send sends a request to the API at url. A body is JSON unless its header says otherwise.
func Send(t testing.TB, url string, r Request) Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.Method, url+r.Target, strings.NewReader(r.Body))
	require.NoError(t, err)
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.Credential != "" {
		req.Header.Set("Authorization", r.Credential)
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	return do(t, req)
}

func do(t testing.TB, req *http.Request) Answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return Answer{resp.StatusCode, resp.Header, string(body), req}
}

// Together makes n calls concurrently.
func Together[T any](n int, call func(i int) T) []T {
	results := make([]T, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { results[i] = call(i) })
	}
	all.Wait()
	return results
}

// Parallel runs tests as subtests, side by side.
func Parallel(t *testing.T, tests map[string]func(*testing.T)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// Fails checks that an answer is an error of a status, in the one shape, and that it
// reveals no cause.
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

// User returns the user in an answer of a status.
func (a Answer) User(t testing.TB, status int) (u User) {
	t.Helper()
	a.decode(t, status, &u)
	return u
}

// Page returns the page of users in an answer.
func (a Answer) Page(t testing.TB) (p Page) {
	t.Helper()
	a.decode(t, http.StatusOK, &p)
	return p
}

func (a Answer) decode(t testing.TB, status int, v any) {
	t.Helper()
	require.Equal(t, status, a.Status, a.Body)
	require.NoError(t, json.Unmarshal([]byte(a.Body), v), a.Body)
}

// Email returns an address that no other test uses. To find such
// addresses in a text, search for people.example.
func Email() string { return uuid.NewString() + "@people.example" }

// UserBody returns a valid body with an address.
func UserBody(email string) string {
	return fmt.Sprintf(`{"name":"Ada Lovelace","email":%q,"age":36}`, email)
}
