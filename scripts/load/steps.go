package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// step is a request for a user, and its expected answer.
type step struct {
	what      string
	times     int    // how often a load test sends it for each user
	route     string // as in auth.Routes
	query     string // {email} is the user's address
	body      string // in place of the user
	condition string // header for the user's ETag
	anonymous bool   // it has no credential
	status    int
	answer    string // regular expression for the headers, which are sorted, and the body; {id} is the user's id
}

// Answers of the API. A browser must be able to read the errors of API Gateway itself.
const (
	preflight    = `Allow-Headers: .*Idempotency-Key.*Allow-Methods: .*DELETE.*Allow-Origin: `
	failure      = `"error":".+"requestId":".+"`
	gatewayError = `Access-Control-Allow-Origin: .*` + failure
	version1     = `"id":"{id}".*"version":1\b`
	version2     = `"id":"{id}".*"version":2\b`
	userAlone    = `"users":\[{"id":"{id}"[^{}]*}\]`
)

var (
	repetition = step{what: "the same Idempotency-Key", times: 1, route: "POST /users", status: 201, answer: version1}
	list       = step{what: "list users", times: 2, route: "GET /users", status: 200}
	deletion   = step{what: "delete it", times: 1, route: "DELETE /users/{id}", condition: "If-Match", status: 204}
)

// steps take a user through all routes. A smoke test sends each once. Most requests of a load
// test are reads.
var steps = []step{
	{what: "a browser asks first", route: "OPTIONS /users", anonymous: true, status: 200, answer: preflight},
	{what: "without a credential", route: "GET /users", anonymous: true, status: 401, answer: gatewayError},
	{what: "an unknown route", route: "GET /no-such-route", status: 404, answer: gatewayError},
	{what: "a body that breaks the rules", route: "POST /users", body: "{}", status: 400, answer: failure},
	{what: "create a user", times: 1, route: "POST /users", status: 201, answer: version1},
	repetition,
	{what: "read it", times: 7, route: "GET /users/{id}", status: 200, answer: version1},
	{what: "read it only if it has changed", times: 2, route: "GET /users/{id}", condition: "If-None-Match", status: 304},
	{what: "find it by its address", times: 1, route: "GET /users", query: "?email={email}", status: 200, answer: userAlone},
	list,
	{what: "update it", times: 1, route: "PUT /users/{id}", condition: "If-Match", status: 200, answer: version2},
	deletion,
	{what: "delete what does not exist", route: "DELETE /users/{id}", status: 404, answer: failure},
}

// mix returns the steps of each user in a load test.
func mix() (all []step) {
	for _, s := range steps {
		all = append(all, slices.Repeat([]step{s}, s.times)...)
	}
	return all
}

// check returns what is wrong with an answer. 429 and 503 are not: they depend on the rate.
func (s step) check(u *account, r *vegeta.Result) error {
	switch {
	case isUnavailable(r):
		return nil
	case s.condition == "If-None-Match" && r.Code == http.StatusOK: // from a stage's cache
		return nil
	case int(r.Code) != s.status:
		return fmt.Errorf("%d %.300s", r.Code, r.Body)
	}
	var answer bytes.Buffer
	_ = r.Headers.Write(&answer) // a buffer takes everything
	answer.Write(r.Body)
	if want := "(?s)" + strings.ReplaceAll(s.answer, "{id}", u.id); !regexp.MustCompile(want).Match(answer.Bytes()) {
		return fmt.Errorf("the answer does not match %s:\n%.1000s", want, answer.String())
	}
	return nil
}

func isUnavailable(r *vegeta.Result) bool {
	return r.Code == http.StatusTooManyRequests || r.Code == http.StatusServiceUnavailable
}
