package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/linetest"
)

// testLines holds the lines of the whole run against what was sent: each answer of a
// function has exactly one, and the metrics in them add up.
func testLines(t *testing.T) {
	allShown(t)
	var lines []logged
	for _, run := range runs {
		lines = append(lines, linesOf(run)...)
	}
	byID := map[string][]logged{}
	for _, line := range lines {
		if id := line.text("correlation_id"); id != "" {
			byID[id] = append(byID[id], line)
		}
	}
	want := map[string]sums{}
	for _, s := range entered() {
		if !s.answered {
			continue
		}
		want[s.function] = want[s.function].add(s.status)
		if s.correlation == "" {
			continue // an event that had no id
		}
		if found := byID[s.correlation]; assert.Len(t, found, 1, "%+v", s) {
			assert.Equal(t, s.function, found[0].function())
			assert.EqualValues(t, s.status, found[0].fields["status"])
			if s.requestID != "" {
				assert.Equal(t, s.requestID, found[0].fields["requestId"])
			}
		}
	}
	require.Len(t, want, len(routes), "all functions were called")
	got, series := measure(t, lines)
	assert.Equal(t, want, got, "the metrics are those of the requests sent")
	assertFew(t, series)
	assertDecisions(t, lines)
	for _, line := range lines {
		if line.fields == nil { // testReload has a function say these
			assert.Contains(t, []string{`"saved once"`, `"no table"`}, line.raw)
		}
	}
}

// sums are a function's metrics.
type sums struct{ Requests, Errors, ClientErrors float64 }

func (s sums) add(status int) sums {
	s.Requests++
	switch {
	case status >= http.StatusInternalServerError:
		s.Errors++
	case status >= http.StatusBadRequest:
		s.ClientErrors++
	}
	return s
}

// measure reads lines as CloudWatch does. It gives the functions' metrics, and how
// often each metric was written, by its name and its dimensions.
func measure(t *testing.T, lines []logged) (map[string]sums, map[string]int) {
	t.Helper()
	functions, series := map[string]sums{}, map[string]int{}
	for _, line := range lines {
		if line.fields == nil {
			continue
		}
		s := functions[line.function()]
		for _, m := range linetest.Check(t, []byte(line.raw)) {
			assert.Equal(t, "users-api", m.Namespace)
			switch m.Name {
			case "Requests":
				s.Requests += m.Value
			case "Errors":
				s.Errors += m.Value
			case "ClientErrors":
				s.ClientErrors += m.Value
			case "RequestDuration":
				assert.Positive(t, m.Value)
				assert.Equal(t, "Milliseconds", m.Unit)
			}
			for _, set := range m.Dimensions {
				series[m.Name+" "+fmt.Sprint(set)]++ // fmt sorts a map
			}
		}
		functions[line.function()] = s
	}
	assert.Zero(t, functions["authorizer"].Errors)
	delete(functions, "authorizer")
	return functions, series
}

// assertFew checks how many metrics CloudWatch would make and have paid: five by
// stage and by each of five functions, three of the authorizer's, two of priming,
// Allowed, and Denied by its reasons. However much is called, there are no more.
func assertFew(t *testing.T, series map[string]int) {
	t.Helper()
	const reasons = 16 // package auth has no more
	assert.LessOrEqual(t, len(series), 5+5*len(routes)+3+2+1+1+reasons, "%v", slices.Sorted(maps.Keys(series)))
	assert.Greater(t, len(series), 5+5*len(routes)+3+1+1)
}

// assertDecisions checks what the authorizer counted: one decision in each line, and
// one Denied for each credential that was answered with 401.
func assertDecisions(t *testing.T, lines []logged) {
	t.Helper()
	refused, denied := 0, 0
	for _, s := range entered() {
		if s.status == http.StatusUnauthorized && s.credential {
			refused++
		}
	}
	for _, line := range lines {
		if line.function() != "authorizer" {
			continue
		}
		allowed := line.fields["Allowed"] != nil
		assert.NotEqual(t, allowed, line.fields["Denied"] != nil, line.raw)
		if !allowed && line.text("reason") != "no_scope" { // which is 403
			denied++
			assert.NotEmpty(t, line.text("reason"))
		}
	}
	assert.Equal(t, refused, denied)
}

// testStats compares `make stats` with what was sent so far.
func testStats(t *testing.T) {
	allShown(t)
	want := map[string]sums{}
	for _, s := range entered() {
		route := "API Gateway"
		if s.answered {
			route = routes[s.function]
		}
		if !s.invoked {
			want[route] = want[route].add(s.status)
		}
	}
	var got struct {
		URL    string
		Routes []struct {
			Route string
			Count float64
			sums
			P50Ms, P90Ms, P99Ms float64
			ColdStarts          int
		}
	}
	out, text, err := command(t, "make", "-s", "stats", "JSON=1")
	require.NoError(t, err, text)
	require.NoError(t, json.Unmarshal([]byte(out), &got), out)

	assert.Equal(t, dev.url, got.URL)
	assert.Len(t, got.Routes, len(routes)+1)
	for _, r := range got.Routes {
		r.Requests = r.Count
		assert.Equal(t, want[r.Route], r.sums, r.Route)
		assert.Equal(t, r.Route != "API Gateway", r.ColdStarts > 0, r.Route)
		assert.True(t, 0 < r.P50Ms && r.P50Ms <= r.P90Ms && r.P90Ms <= r.P99Ms, "%+v", r)
	}

	out, text, err = command(t, "make", "-s", "stats")
	require.NoError(t, err, text)
	for route := range want {
		assert.Contains(t, out, "  "+route+"\n")
	}
}

// forged is what a client would have in the log: a line of its own, or a member.
const forged = "x\r\n{\"level\":\"INFO\",\"forged\":true}\n\",\"forged\":true,\"\u2028\u0085\x0b\x0c\x1b[2J\x00\\"

// testForgery has clients send what could break a line, or make another one. That
// each answer has one line, whose members are known, testLines checks.
func testForgery(t *testing.T) {
	escaped := strings.NewReplacer("\r", "%0D", "\n", "%0A", " ", "%20", `"`, "%22", "\\", "%5C", "{", "%7B", "}", "%7D",
		"\x00", "%00", "\x0b", "%0B", "\x0c", "%0C", "\x1b", "%1B", "\u2028", "%E2%80%A8", "\u0085", "%C2%85", "[", "%5B").Replace(forged)
	long := strings.Repeat("A", 4000)
	id := "e2e." + uuid.NewString() + ":x/y+z="
	a := call(t, request{method: "GET", target: "/users?limit=1", header: map[string]string{"X-Correlation-Id": id}})
	assert.Equal(t, id, a.header.Get("X-Correlation-Id"), "a sane one is kept")
	for _, odd := range []string{`{"forged":true}`, `","forged":true,"`, "a\tb", "a b", "é", "\\n", "%0A", long} {
		a := call(t, request{method: "GET", target: "/users?limit=1", header: map[string]string{"X-Correlation-Id": odd}})
		assert.Equal(t, http.StatusOK, a.status)
		assert.Regexp(t, `^[0-9a-f-]{36}$`, a.header.Get("X-Correlation-Id"), odd)
	}
	target := "/users/" + create(t).ID
	for name, r := range map[string]request{
		"path":              {method: "GET", target: "/users/" + escaped},
		"long path":         {method: "DELETE", target: "/users/" + long},
		"query":             {method: "GET", target: "/users?limit=" + escaped},
		"cursor":            {method: "GET", target: "/users?cursor=" + escaped + long},
		"query's name":      {method: "GET", target: "/users?" + escaped + "=1"},
		"long query's name": {method: "GET", target: "/users?" + long + "=1"},
		"condition":         {method: "GET", target: target, header: map[string]string{"If-None-Match": `"x","forged":true,"`}},
		"long condition":    {method: "PUT", target: target, body: input(address()), header: map[string]string{"If-Match": `"` + long + "\t{\"forged\":true}"}},
		"idempotency key":   {method: "POST", target: "/users", body: input(address()), header: map[string]string{"Idempotency-Key": "\",\"forged\":\ttrue,\""}},
		"name":              {method: "POST", target: "/users", body: named(forged + long)},
		"address":           {method: "POST", target: "/users", body: mailed(forged + "@example.com")},
		"member":            {method: "PUT", target: target, body: `{"name":"Ada","email":"` + address() + `",` + quote(forged+long) + `:1}`},
		"broken JSON":       {method: "POST", target: "/users", body: "{\n" + forged + long},
	} {
		t.Run(name, func(t *testing.T) {
			a := call(t, r)
			assert.GreaterOrEqual(t, a.status, http.StatusOK)
			assert.Less(t, a.status, http.StatusInternalServerError, a.body)
		})
	}
	t.Run("a whole event", func(t *testing.T) {
		evil := quote(uuid.NewString() + forged + strings.Repeat("A", 1<<18))
		all := strings.ReplaceAll(`{"resource":E,"path":E,"httpMethod":E,"headers":{"X-Correlation-Id":E,"If-Match":E,"Idempotency-Key":E,"Content-Type":"application/json"},`+
			`"multiValueHeaders":{"X-Correlation-Id":[E,E]},"pathParameters":{"id":E},"queryStringParameters":{"limit":E},`+
			`"requestContext":{"requestId":E,"authorizer":{"principalId":E,"sub":E,"scope":"users:write","kind":"jwt"}},"body":E}`, "E", evil)
		invoke(t, "createUser", all)
	})
}

// invoke sends an event to a function with `make invoke`.
func invoke(t *testing.T, function, event string) answer {
	t.Helper()
	file := filepath.Join(t.TempDir(), "event.json")
	require.NoError(t, os.WriteFile(file, []byte(event), 0o644))
	out, all, err := command(t, "make", "-s", "invoke", "F="+function, "EVENT="+file)
	require.NoError(t, err, all)
	return enterInvocation(t, function, event, out)
}
