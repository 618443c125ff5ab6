package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// line is what a function writes.
const line = `{"timestamp":"2026-11-22T11:00:00.000Z","level":"INFO","message":"request","service":"users-api",` +
	`"function_name":"users-api-local-getUser","cold_start":true,"durationMs":3.1,"requestId":"r1","correlation_id":"c1",` +
	`"route":"GET /users/{id}","method":"GET","principal":"alice","status":404,"Requests":1,"notFound":"a user",` +
	`"error":"get user \"42\": not found","_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"Requests"}]}]}}`

func at(clock string) time.Time {
	t, err := time.Parse("15:04:05.000", clock)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAnExchangeIsReadable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		exchange exchange
		lines    []string
		want     string
	}{
		"with its line": {
			exchange: exchange{Time: at("12:00:01.002"), Method: "GET", Path: "/users/42", Status: 404, Duration: 7 * time.Millisecond},
			lines:    []string{line},
			want: "12:00:01.002 GET     /users/42                                    404     7 ms  getUser     cold  r1\n" +
				"             durationMs=3.1  notFound=a user  principal=alice  error=get user \"42\": not found\n",
		},
		"by API Gateway alone": {
			exchange: exchange{Time: at("12:00:01.002"), Method: "OPTIONS", Path: "/users", Status: 200, RequestID: "r2"},
			want:     "12:00:01.002 OPTIONS /users                                       200     0 ms  -           -     r2\n",
		},
		"with another level and message": {
			exchange: exchange{Time: at("12:00:01.002"), Method: "GET", Path: "/users", Status: 500},
			lines:    []string{`{"level":"ERROR","message":"initialisation failed","error":"TABLE_NAME is not set"}`},
			want: "12:00:01.002 GET     /users                                       500     0 ms  -           -     -\n" +
				"             ERROR  initialisation failed  error=TABLE_NAME is not set\n",
		},
		"with a stack": {
			exchange: exchange{Time: at("12:00:01.002"), Method: "GET", Path: "/users", Status: 500},
			lines:    []string{`{"level":"INFO","message":"request","error":"panic: x","stack":"panic(x)\n\tmain.go:3\n"}`},
			want: "12:00:01.002 GET     /users                                       500     0 ms  -           -     -\n" +
				"             error=panic: x\n               panic(x)\n               \"\\tmain.go:3\"\n",
		},
		"with what is no line of ours": {
			exchange: exchange{Time: at("12:00:01.002"), Method: "GET", Path: "/users", Status: 502},
			lines:    []string{"fatal error: all goroutines are asleep"},
			want: "12:00:01.002 GET     /users                                       502     0 ms  -           -     -\n" +
				"             fatal error: all goroutines are asleep\n",
		},
		"that tries to steer the terminal": {
			exchange: exchange{Time: at("12:00:01.002"), Method: "GET", Path: "/users", Status: 200},
			lines:    []string{`{"level":"INFO","message":"request","principal":"\u001b[2J\u001b[31m"}`},
			want: "12:00:01.002 GET     /users                                       200     0 ms  -           -     -\n" +
				"             principal=\"\\x1b[2J\\x1b[31m\"\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			var lines []logLine
			for _, text := range test.lines {
				lines = append(lines, parseLog("getUser", at("12:00:01.000"), text))
			}
			newScreen(&out, false).exchange(test.exchange, lines)
			assert.Equal(t, test.want, out.String())
		})
	}
}

func TestJSONIsOneObjectALine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := newScreen(&out, true)
	s.say("deploying\nwith two lines")
	s.fail("it broke")
	s.ready("http://127.0.0.1:3000")
	s.exchange(exchange{Time: at("12:00:01.002"), Method: "GET", Path: "/users/42", Status: 404, Duration: 7 * time.Millisecond}, []logLine{parseLog("getUser", time.Time{}, line)})
	s.log(parseLog("authorizer", time.Time{}, "not JSON"))

	var objects []map[string]any
	for text := range strings.Lines(out.String()) {
		var object map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &object))
		objects = append(objects, object)
	}
	require.Len(t, objects, 5)
	assert.Equal(t, map[string]any{"event": "message", "text": "deploying\nwith two lines"}, objects[0])
	assert.Equal(t, map[string]any{"event": "error", "text": "it broke"}, objects[1])
	assert.WithinDuration(t, time.Now(), parseTime(t, objects[2]["time"]), time.Minute)
	delete(objects[2], "time")
	assert.Equal(t, map[string]any{"event": "ready", "url": "http://127.0.0.1:3000"}, objects[2])
	assert.Equal(t, map[string]any{"event": "log", "function": "authorizer", "log": "not JSON"}, objects[4])

	logs := objects[3]["logs"]
	delete(objects[3], "logs")
	assert.Equal(t, map[string]any{
		"event": "request", "time": "0000-01-01T12:00:01.002Z", "method": "GET", "path": "/users/42", "status": 404.0,
		"durationMs": 7.0, "requestId": "r1", "function": "getUser", "start": "cold",
	}, objects[3])
	assert.Equal(t, "alice", logs.([]any)[0].(map[string]any)["principal"])
}

func parseTime(t *testing.T, value any) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, value.(string))
	require.NoError(t, err)
	return at
}

func TestAddressesAreNotShown(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/users?limit=1&email=ada%40example.com&cursor=x": "/users?limit=1&email=…&cursor=x",
		"/users?email=ada@example.com":                    "/users?email=…",
		"/users?email=ada%2540example.com":                "/users?email=…",
		"/users/email%23ada%40example.com":                "/users/…",
		"/users/42?limit=40%25":                           "/users/42?limit=40%25",
	} {
		for _, asJSON := range []bool{true, false} {
			var out strings.Builder
			newScreen(&out, asJSON).exchange(exchange{Path: target}, nil)
			assert.Contains(t, out.String(), strings.ReplaceAll(want, "&", map[bool]string{true: `\u0026`, false: "&"}[asJSON]))
			assert.NotContains(t, out.String(), "ada")
		}
	}
}

func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	s := &screen{colour: true}
	assert.Equal(t, "\x1b[33m404\x1b[0m", s.status(404))
	assert.Equal(t, "\x1b[31m500\x1b[0m", s.status(500))
	assert.Equal(t, "\x1b[32m201\x1b[0m", s.status(201))
	assert.Equal(t, "404", (&screen{}).status(404))
}
