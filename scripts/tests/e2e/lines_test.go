package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/testing/linetest"
	"users-api/scripts/internal/harness"
)

// line is a line that a function wrote, as `make dev` shows it.
type line struct {
	raw                       json.RawMessage
	Function                  string `json:"function_name"`
	Correlation               string `json:"correlation_id"`
	RequestID                 string
	Route, Reason             string
	Status                    int
	Requests, Allowed, Denied *float64
	Errors, ClientErrors      float64
	RequestDuration           float64
}

// lines are what the functions have logged so far as JSON objects, and texts what else.
func (d *devServer) lines(t *testing.T) (lines []line, texts []string) {
	t.Helper()
	for _, e := range d.events() {
		for _, raw := range append(e.Logs, e.Log) {
			switch {
			case len(raw) == 0:
			case raw[0] == '{':
				l := line{raw: raw}
				require.NoError(t, json.Unmarshal(raw, &l))
				lines = append(lines, l)
			default:
				texts = append(texts, string(raw))
			}
		}
	}
	return lines, texts
}

// awaitLines waits until the running `make dev` has shown a line for each answer of a
// function.
func awaitLines(t *testing.T) {
	t.Helper()
	want := 0
	for _, s := range recorded.all {
		if s.dev == dev && s.correlation() != "" {
			want++
		}
	}
	harness.Eventually(t, func() bool {
		shown, _ := dev.lines(t)
		shown = slices.DeleteFunc(shown, func(l line) bool { return l.Requests == nil })
		return len(shown) >= want
	}, "make dev shows the %d lines of the functions' answers", want)
}

// testStats compares what `make stats` adds up with what was sent.
func testStats(t *testing.T) {
	awaitLines(t)
	var stats struct {
		Routes []struct {
			Route string
			Count int
		}
	}
	out := command(t, "make", "-s", "stats", "JSON=1").Stdout.Text()
	require.NoError(t, json.Unmarshal([]byte(out), &stats), out)
	want, got := map[string]int{}, map[string]int{}
	for _, s := range recorded.all {
		if s.correlation() != "" {
			want[s.operation]++
		}
	}
	for _, route := range stats.Routes {
		got[route.Route] = route.Count
	}
	assert.Subset(t, got, want)
}

// testLines compares the lines of the whole run with what was sent: each answer of a
// function has one line, which agrees with it, and there are no others.
func testLines(t *testing.T) {
	awaitLines(t)
	answers, decisions, series := map[string]line{}, []line{}, map[string]bool{}
	for _, run := range runs {
		lines, texts := run.lines(t)
		for _, text := range texts {
			assert.Contains(t, []string{`"saved once"`, `"no table"`}, text, "only testReload has a function write a text")
		}
		for _, l := range lines {
			for _, m := range linetest.Check(t, l.raw) {
				assert.Equal(t, "users-api", m.Namespace)
				for _, set := range m.Dimensions {
					series[m.Name+" "+fmt.Sprint(set)] = true // fmt sorts a map
				}
			}
			if l.Requests == nil {
				decisions = append(decisions, l)
				continue
			}
			assert.NotContains(t, answers, l.Correlation, "a second line: %s", l.raw)
			answers[l.Correlation] = l
		}
	}
	assertAgree(t, answers)
	assertDecisions(t, decisions)
	// Five metrics of the stage and of each route's function, three of the authorizer's,
	// two of priming, Allowed, and Denied by its 16 reasons at most. CloudWatch charges
	// for each, so no request may make more.
	assert.LessOrEqual(t, len(series), 5+5*len(auth.Routes())+3+2+1+1+16, "%v", series)
}

// assertAgree checks that there is a line for each answer of a function and no other,
// with its route, function, status and metrics.
func assertAgree(t *testing.T, lines map[string]line) {
	t.Helper()
	functions := map[string]string{}
	for _, r := range auth.Routes() {
		functions[r.Method+" "+r.Path] = "users-api-local-" + r.Function
	}
	is := map[bool]float64{true: 1}
	answered := 0
	for _, s := range recorded.all {
		if s.correlation() == "" {
			continue
		}
		answered++
		l, ok := lines[s.correlation()]
		if !assert.True(t, ok, "no line for the answer %+v", s) {
			continue
		}
		assert.Equal(t, []any{s.operation, functions[s.operation], s.Status}, []any{l.Route, l.Function, l.Status}, "%s", l.raw)
		assert.Equal(t, []float64{1, is[s.Status >= 400 && s.Status < 500], is[s.Status >= 500]}, []float64{*l.Requests, l.ClientErrors, l.Errors}, "%s", l.raw)
		assert.Positive(t, l.RequestDuration)
		var f harness.Failure
		if json.Unmarshal([]byte(s.Body), &f) == nil && f.RequestID != "" {
			assert.Equal(t, f.RequestID, l.RequestID)
		}
	}
	assert.Len(t, lines, answered)
}

// assertDecisions checks the authorizer's lines: one decision in each, and one Denied
// for each credential that was answered with 401.
func assertDecisions(t *testing.T, lines []line) {
	t.Helper()
	refused := 0
	for _, s := range recorded.all {
		if s.Status == http.StatusUnauthorized && s.Sent.Header.Get("Authorization") != "" {
			refused++
		}
	}
	for _, l := range lines {
		assert.Equal(t, "users-api-local-authorizer", l.Function)
		assert.NotEqual(t, l.Denied == nil, l.Allowed == nil, "%s", l.raw)
		assert.Equal(t, l.Denied == nil, l.Reason == "", "%s", l.raw)
		assert.Zero(t, l.Errors, "%s", l.raw)
		if l.Denied != nil && l.Reason != "no_scope" { // which is 403
			refused--
		}
	}
	assert.Zero(t, refused, "refused credentials without a Denied")
}
