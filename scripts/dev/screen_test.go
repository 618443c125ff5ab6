package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// functionLine is what a function writes.
const functionLine = `{"timestamp":"2026-11-22T11:00:00.000Z","level":"INFO","message":"request","service":"example",` +
	`"function_name":"users-api-local-getUser","cold_start":true,"durationMs":3.1,"requestId":"r1","correlation_id":"c1",` +
	`"route":"GET /users/{id}","method":"GET","principal":"alice","status":404,"Requests":1,"notFound":"a user",` +
	`"error":"get user \"42\": not found","_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"Requests"}]}]}}`

var noon = time.Date(2026, time.November, 22, 12, 0, 1, 2_000_000, time.UTC)

func TestText(t *testing.T) {
	t.Parallel()
	answered := func(status int, lines ...string) event {
		e := event{Kind: request, Time: noon, Method: "GET", Path: "/users", Status: status, Milliseconds: 7}
		for _, line := range lines {
			e.Lines = append(e.Lines, json.RawMessage(line))
		}
		return e
	}
	paired := answered(404, functionLine)
	paired.Function, paired.Start, paired.RequestID = "getUser", "cold", "r1"
	head := func(status, rest string) string {
		return "12:00:01.002 GET     /users                                       " + status + "     7 ms  " + rest + "\n"
	}
	alone := "-           -     -"
	tests := map[string]struct {
		event event
		want  string
	}{
		"a message":  {event: event{Kind: message, Text: "deploying"}, want: "deploying\n"},
		"a failure":  {event: event{Kind: failure, Text: "it broke"}, want: "it broke\n"},
		"ready":      {event: event{Kind: ready, URL: "http://127.0.0.1:3000"}, want: "ready http://127.0.0.1:3000\n"},
		"a request":  {event: paired, want: head("404", "getUser     cold  r1") + "             durationMs=3.1  notFound=a user  principal=alice  error=get user \"42\": not found\n"},
		"no line":    {event: answered(200), want: head("200", alone)},
		"a warning":  {event: answered(500, `{"level":"warn","message":"slow","error":"x"}`), want: head("500", alone) + "             WARN  slow  error=x\n"},
		"a stack":    {event: answered(500, `{"message":"request","stack":"panic(x)\n\tmain.go:3\n"}`), want: head("500", alone) + "               panic(x)\n               \"\\tmain.go:3\"\n"},
		"an escape":  {event: answered(200, `{"message":"request","principal":"\u001b[2J"}`), want: head("200", alone) + "             principal=\"\\x1b[2J\"\n"},
		"no object":  {event: answered(502, `"fatal error: x"`), want: head("502", alone) + "             fatal error: x\n"},
		"only a log": {event: event{Kind: logged, Function: "authorizer", Line: json.RawMessage(`{"message":"invocation","scope":"a"}`)}, want: "             authorizer  scope=a\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			screen{&out, false}.show(test.event)
			assert.Equal(t, test.want, out.String())
		})
	}
}

// tests/e2e searches what make dev JSON=1 writes.
func TestAddressesAreNotShown(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/users?limit=1&email=ada%40example.com&cursor=x": "/users?limit=1&email=…&cursor=x",
		"/users?email=ada@example.com":                    "/users?email=…",
		"/users?email=ada%2540example.com":                "/users?email=…",
		"/users/email%23ada%40example.com":                "/users/…",
		"/users/42?limit=40%25":                           "/users/42?limit=40%25",
	} {
		var out strings.Builder
		screen{&out, false}.show(event{Kind: request, Path: target})
		assert.Contains(t, out.String(), want)
	}
}
