package e2e

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

type (
	request = harness.Request
	headers = map[string]string
)

// anonymous stands for no credential. A request with an empty one gets a token for everything.
const anonymous = "none"

func get(target string) request { return request{Method: "GET", Target: target} }

func post(body string) request { return request{Method: "POST", Target: "/users", Body: body} }

// call sends a request, checks what every answer must have, and records it.
func call(t *testing.T, r request) harness.Answer {
	t.Helper()
	a := send(t, r)
	assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"), "CORS on every answer: %s %s: %v", r.Method, r.Target, a)
	record(sent{documented(t, r, a), a})
	return a
}

func send(t *testing.T, r request) harness.Answer {
	t.Helper()
	switch r.Credential {
	case "":
		r.Credential = token
	case anonymous:
		r.Credential = ""
	}
	return harness.Send(t, dev.URL, r)
}

func create(t *testing.T) harness.User {
	t.Helper()
	return call(t, post(harness.UserBody(harness.Email()))).User(t, http.StatusCreated)
}

// operations finds the operation of openapi.yml that a request is for.
var operations = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(tree.Dir, "openapi.yml"))
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // the port changes with each start
	return gorillamux.NewRouter(doc)
})

// documented checks that openapi.yml describes an answer, and the request if that was accepted. It
// returns the operation as method and path, or nothing for an unknown one.
func documented(t *testing.T, r request, a harness.Answer) (operation string) {
	t.Helper()
	router, err := operations()
	require.NoError(t, err)
	req, err := http.NewRequest(r.Method, strings.TrimSuffix(r.Target, "/"), strings.NewReader(r.Body)) // the slash is ignored
	require.NoError(t, err)
	req.Header = a.Sent.Header
	route, params, err := router.FindRoute(req)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		assert.Equal(t, http.StatusNotFound, a.Status, "%s %s is not in openapi.yml", r.Method, r.Target)
		return ""
	}
	require.NoError(t, err)
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	if a.Status < 300 {
		assert.NoError(t, openapi3filter.ValidateRequest(t.Context(), in), "openapi.yml refuses %s %s, which was accepted", r.Method, r.Target)
	}
	assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.Status, Header: a.Header, Body: io.NopCloser(strings.NewReader(a.Body)), Options: options,
	}), "openapi.yml does not describe the answer %d to %s %s", a.Status, r.Method, r.Target)
	return route.Method + " " + route.Path
}

// sent is a request of the run and its answer.
type sent struct {
	operation string // of openapi.yml, such as "GET /users/{id}"
	harness.Answer
}

// correlation is the id under which a function logged the answer, if it was not API Gateway's own.
func (s sent) correlation() string { return s.Header.Get("X-Correlation-Id") }

// recorded has all requests and answers. testLines compares the log with them.
var recorded struct {
	sync.Mutex
	all []sent
}

func record(s sent) {
	recorded.Lock()
	defer recorded.Unlock()
	recorded.all = append(recorded.all, s)
}

// answered returns the answers of functions.
func answered() []sent {
	return slices.DeleteFunc(slices.Clone(recorded.all), func(s sent) bool { return s.correlation() == "" })
}

func signed(t *testing.T, subject, scope string, ttl time.Duration) string {
	t.Helper()
	text, err := secret(t).Token(subject, []string{scope}, time.Now(), ttl)
	require.NoError(t, err)
	return "Bearer " + text
}
