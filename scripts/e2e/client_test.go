package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// anonymous has a request carry no credential.
const anonymous = "none"

// request is one call of the API. The credential is the value of Authorization; left
// out it is that of a caller with all rights.
type request struct {
	method, target, body string
	header               map[string]string
	credential           string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	sent   http.Header // the request's
}

// user is a user as the API shows it.
type user struct {
	ID, Name, Email, CreatedAt, UpdatedAt string
	Age                                   *int
	Version                               int
}

// failure is the one shape of an error.
type failure struct {
	Error     string
	Details   []struct{ Field, Message string }
	RequestID string
}

// call sends a request and checks what every answer must have.
func call(t *testing.T, r request) answer {
	t.Helper()
	a := send(t, r)
	assert.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"), "CORS on every answer: %s %s: %v", r.method, r.target, a)
	a.documented(t, r)
	return a
}

// send sends a request.
func send(t *testing.T, r request) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, dev.url+r.target, strings.NewReader(r.body))
	require.NoError(t, err)
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	switch r.credential {
	case "":
		req.Header.Set("Authorization", "Bearer "+token(t, "", ""))
	case anonymous:
	default:
		req.Header.Set("Authorization", r.credential)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(body), sent: req.Header}
	enter(dev, r, req.Header.Get("Authorization"), a)
	return a
}

// fails checks that an answer is an error of the given status, in the one shape, and
// reveals nothing.
func (a answer) fails(t *testing.T, status int) failure {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
	var f failure
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&f), a.body)
	assert.NotEmpty(t, f.Error, a.body)
	assert.Regexp(t, `^[0-9a-fA-F-]{36}$`, f.RequestID, a.body)
	for _, detail := range f.Details {
		assert.NotEmpty(t, detail.Field, a.body)
		assert.NotEmpty(t, detail.Message, a.body)
	}
	for _, cause := range []string{"dynamodb", "goroutine", ".go:", "ConditionalCheck", "arn:aws"} {
		assert.NotContains(t, a.body, cause)
	}
	return f
}

func (a answer) user(t *testing.T, status int) user {
	t.Helper()
	require.Equal(t, status, a.status, a.body)
	var u user
	require.NoError(t, json.Unmarshal([]byte(a.body), &u), a.body)
	return u
}

// page is an answer of GET /users.
type page struct {
	Users      []user
	NextCursor string
}

func (a answer) page(t *testing.T) page {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status, a.body)
	var p page
	require.NoError(t, json.Unmarshal([]byte(a.body), &p), a.body)
	return p
}

// tokens are made once for each subject and scopes.
var tokens sync.Map

// token is what `make token` prints; left out, subject and scopes are its defaults.
func token(t *testing.T, subject, scopes string) string {
	t.Helper()
	once, _ := tokens.LoadOrStore(subject+"\x00"+scopes, sync.OnceValues(func() (string, error) {
		args := []string{"-s", "token"}
		if subject != "" {
			args = append(args, "SUB="+subject)
		}
		if scopes != "" {
			args = append(args, "SCOPES="+scopes)
		}
		out, all, err := command(t, "make", args...)
		if err != nil {
			err = fmt.Errorf("%w: %s", err, all)
		}
		return strings.TrimSuffix(out, "\n"), err
	}))
	value, err := once.(func() (string, error))()
	require.NoError(t, err)
	return value
}

// apiKey is the key that the local stage knows.
func apiKey(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(checkout + "/.local/secret.json")
	require.NoError(t, err)
	var secret struct{ APIKey string }
	require.NoError(t, json.Unmarshal(data, &secret))
	return secret.APIKey
}

// address is a mail address that no other test uses.
func address() string { return "e2e-" + uuid.NewString() + "@example.com" }

// input is a body that is valid.
func input(email string) string {
	return fmt.Sprintf(`{"name":"Ada Lovelace","email":%q,"age":36}`, email)
}

// create makes a user for a test.
func create(t *testing.T) user {
	t.Helper()
	return call(t, request{method: "POST", target: "/users", body: input(address())}).user(t, http.StatusCreated)
}
