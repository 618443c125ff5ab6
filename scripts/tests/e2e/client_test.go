package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
	"users-api/scripts/internal/localaws"
)

// anonymous has a request carry no credential.
const anonymous = client.Anonymous

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

// The shapes of answers.
type (
	user    = client.User
	page    = client.Page
	failure = client.Failure
)

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
	if r.credential == "" {
		r.credential = "Bearer " + token(t, "", "")
	}
	got := client.Send(t, dev.url, client.Request{Method: r.method, Target: r.target, Body: r.body, Header: r.header, Credential: r.credential})
	a := answer{status: got.Status, header: got.Header, body: got.Body, sent: got.Sent}
	enter(dev, r, a.sent.Get("Authorization"), a)
	return a
}

// fails checks that an answer is an error of the given status, in the one shape, and
// reveals nothing.
func (a answer) fails(t *testing.T, status int) failure {
	t.Helper()
	return a.shared().Fails(t, status)
}

// user reads the user that an answer of the given status has.
func (a answer) user(t *testing.T, status int) user {
	t.Helper()
	return a.shared().User(t, status)
}

// page reads the page of users that an answer has.
func (a answer) page(t *testing.T) page {
	t.Helper()
	return a.shared().Page(t)
}

func (a answer) shared() client.Answer {
	return client.Answer{Status: a.status, Header: a.header, Body: a.body, Sent: a.sent}
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

// signed is a token of any scope and age, which `make token` would refuse to make.
func signed(t *testing.T, scope string, ttl time.Duration) string {
	t.Helper()
	value, err := secret(t).Token("signed", []string{scope}, time.Now(), ttl)
	require.NoError(t, err)
	return value
}

// apiKey is the key that the local stage knows.
func apiKey(t *testing.T) string { return secret(t).APIKey }

// secret is what the local stage's authorizer trusts.
func secret(t *testing.T) localaws.Secret {
	t.Helper()
	s, err := localaws.ReadSecret(checkout + "/.local")
	require.NoError(t, err)
	return s
}

// address is a mail address that no other test uses.
func address() string { return client.Address() }

// input is a body that is valid.
func input(email string) string { return client.Input(email) }

// create makes a user for a test.
func create(t *testing.T) user {
	t.Helper()
	return call(t, request{method: "POST", target: "/users", body: input(address())}).user(t, http.StatusCreated)
}
