// Package apitest runs a handler in tests as Lambda does: from the bytes of an API Gateway event to
// the bytes of the response and the log line.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/boot"
	"users-api/pkg/logline"
	"users-api/pkg/testing/linetest"
)

// Answer is a response as API Gateway reads it, and the invocation's log line.
type Answer struct {
	Status int               `json:"statusCode"`
	Header map[string]string `json:"headers"`
	Body   string            `json:"body"`
	Line   map[string]any    `json:"-"`
}

// Invoke serves one event. It fails the test unless the invocation wrote exactly one valid line,
// with the status of the answer.
func Invoke(t testing.TB, h api.Guarded, event []byte) Answer {
	t.Helper()
	var log bytes.Buffer
	config := boot.Config{Config: logline.Config{Service: "example", Stage: "test", Function: "fn"}, Origins: []string{"*"}}
	edge := boot.New(config, &log, time.Now)
	out, err := edge.Wrap(h).Invoke(context.Background(), event)
	require.NoError(t, err)
	var a Answer
	require.NoError(t, json.Unmarshal(out, &a))
	require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	require.NoError(t, json.Unmarshal(log.Bytes(), &a.Line))
	linetest.Check(t, log.Bytes())
	require.EqualValues(t, a.Status, a.Line["status"])
	return a
}

// RequireScope fails the test unless the handler is guarded by the scope that the table of routes
// has for the function.
func RequireScope(t testing.TB, function string, h api.Guarded) {
	t.Helper()
	for _, r := range auth.Routes() {
		if r.Function == function {
			require.Equal(t, r.Scope, h.Scope(), "the scope that guards %s must be the one in the table of routes in pkg/auth/routes.go", function)
			return
		}
	}
	require.Fail(t, "the table of routes in pkg/auth/routes.go has no route for "+function+": add it")
}

// Edit changes an event.
type Edit func(event map[string]any)

// Event reads an event from a file in testdata and changes it.
func Event(t testing.TB, file string, edits ...Edit) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	var event map[string]any
	require.NoError(t, json.Unmarshal(b, &event))
	for _, edit := range edits {
		edit(event)
	}
	b, err = json.Marshal(event)
	require.NoError(t, err)
	return b
}

// Header sets a header, in headers and in multiValueHeaders.
func Header(name, value string) Edit {
	return func(event map[string]any) {
		set(event, "headers", name, value)
		set(event, "multiValueHeaders", name, []string{value})
	}
}

// Query sets the values of a query parameter. As API Gateway does, it puts the last value into
// queryStringParameters.
func Query(name string, values ...string) Edit {
	return func(event map[string]any) {
		set(event, "queryStringParameters", name, values[len(values)-1])
		set(event, "multiValueQueryStringParameters", name, values)
	}
}

// ID sets the id in the path.
func ID(id string) Edit {
	return func(event map[string]any) { set(event, "pathParameters", "id", id) }
}

// Body sets the body; nil means no body.
func Body(body any) Edit {
	return func(event map[string]any) { event["body"] = body }
}

// Method sets the request's method.
func Method(method string) Edit {
	return func(event map[string]any) {
		event["httpMethod"] = method
		event["requestContext"].(map[string]any)["httpMethod"] = method
	}
}

// TrailingSlash adds a slash to the path that the client sent. API Gateway ignores it when it looks
// for the route, and passes it on.
func TrailingSlash(event map[string]any) {
	event["path"] = event["path"].(string) + "/"
	requestContext := event["requestContext"].(map[string]any)
	requestContext["path"] = requestContext["path"].(string) + "/"
}

// Scope sets the scopes that the authorizer granted.
func Scope(scope string) Edit {
	return func(event map[string]any) {
		set(event["requestContext"].(map[string]any), "authorizer", "scope", scope)
	}
}

// NoAuthorizer removes the authorizer's context.
func NoAuthorizer(event map[string]any) {
	delete(event["requestContext"].(map[string]any), "authorizer")
}

// set sets a member of an object in an event; the object may be null.
func set(event map[string]any, member, name string, value any) {
	old, _ := event[member].(map[string]any)
	changed := map[string]any{}
	maps.Copy(changed, old)
	changed[name] = value
	event[member] = changed
}

// requestID is the request id of the events in testdata.
const requestID = "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"

// AssertBody asserts that the body is the wanted JSON; "" means no body. An error also has the
// request's id.
func (a Answer) AssertBody(t testing.TB, want string) {
	t.Helper()
	if want == "" {
		assert.Empty(t, a.Body)
		return
	}
	if a.Status >= http.StatusBadRequest {
		want = strings.Replace(want, "{", `{"requestId":"`+requestID+`",`, 1)
	}
	assert.JSONEq(t, want, a.Body)
	assert.Equal(t, "application/json", a.Header["Content-Type"])
}

// AssertHead asserts that the answer to HEAD has the status and the headers of this answer to GET,
// and no body.
func (a Answer) AssertHead(t testing.TB, h api.Guarded, file string, edits ...Edit) {
	t.Helper()
	head := Invoke(t, h, Event(t, file, append(slices.Clone(edits), Method(http.MethodHead))...))
	assert.Equal(t, Answer{Status: a.Status, Header: a.Header}, Answer{Status: head.Status, Header: head.Header, Body: head.Body})
	assert.Equal(t, strings.Replace(a.Line["route"].(string), "GET", "HEAD", 1), head.Line["route"])
}
