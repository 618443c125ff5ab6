package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/testing/linetest"
	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// testLines compares the lines of the whole run with what was sent: each answer of a function has
// one line, which agrees with it, and there are no others.
func testLines(t *testing.T) {
	awaitLines(t)
	answers, decisions, texts := logged()
	for _, l := range slices.Concat(answers, decisions) {
		for _, m := range linetest.Check(t, l.raw) {
			assert.Equal(t, localaws.Service, m.Namespace)
		}
		assert.Regexp(t, "^$|deadline|answered 504", l.PrimeError, "a rehearsal fails only on a slow machine")
	}
	assert.Subset(t, []string{`"saved once"`, `"no table"`}, texts, "only in testReload does a function write a text")
	assertAgree(t, answers)
	assertDecisions(t, decisions)
}

// assertAgree checks that each answer of a function has a line, with its route, status and metrics.
func assertAgree(t *testing.T, lines []line) {
	t.Helper()
	byID := map[string]line{}
	for _, l := range lines {
		byID[l.Correlation] = l
	}
	functions := map[string]string{}
	for _, r := range auth.Routes() {
		for _, method := range r.Methods() {
			functions[method+" "+r.Path] = "users-api-local-" + r.Function
		}
	}
	is := map[bool]float64{true: 1}
	for _, s := range answered() {
		l, ok := byID[s.correlation()]
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
	assert.Len(t, lines, len(answered()), "one line for each answer")
}

// assertDecisions checks the authorizer's lines: each has a decision, and each 401 a Denied.
func assertDecisions(t *testing.T, lines []line) {
	t.Helper()
	var refused, denied int
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
			denied++
		}
	}
	assert.Equal(t, refused, denied, "refused credentials and Denied")
}

// testNothingLeaks checks that nothing that the run has written has a credential, and that names
// and addresses are in the answers about their users only.
func testNothingLeaks(t *testing.T) {
	people := []string{"lovelace", "people.example"} // in the tests' names and addresses
	credentials := credentials(t)
	var answers, refusals strings.Builder
	for _, s := range recorded.all {
		header := fmt.Sprint(s.Header)
		refusals.WriteString(header + "\n")
		answers.WriteString(header + s.Body + "\n")
		if s.Status >= http.StatusBadRequest {
			refusals.WriteString(s.Body + "\n")
		}
	}
	require.Empty(t, found(answers.String(), credentials), "an answer has a credential")
	require.Len(t, found(answers.String(), people), len(people), "the search finds them")
	texts := map[string]string{"an error, or a header": refusals.String()}
	for _, run := range runs {
		texts["make dev at "+run.URL] = run.Out.Text()
	}
	// The emulator's own log, and CloudWatch Logs, which it has saved.
	for _, name := range []string{"emulator.log", "state/cloudwatch_logs.json"} {
		texts[name] = tree.Read(t, ".local/"+name)
	}
	for where, text := range texts {
		assert.NotEmpty(t, text, where)
		assert.Empty(t, found(text, credentials), "%s has a credential", where)
		assert.Empty(t, found(text, people), "%s has a name or an address", where)
		assert.NotContains(t, text, "DATA RACE", where)
	}
}

// credentials returns the parts of what was sent in Authorization and of what the stage's secret
// holds, except short parts, which occur by chance.
func credentials(t *testing.T) (parts []string) {
	t.Helper()
	all := []string{secret(t)["jwtSecret"], secret(t)["apiKeys"], key}
	for _, s := range recorded.all {
		all = append(all, s.Sent.Header.Get("Authorization"))
	}
	for _, part := range strings.FieldsFunc(strings.Join(all, " "), func(r rune) bool { return strings.ContainsRune(" .:", r) }) {
		if len(part) >= 16 && !strings.HasPrefix(part, "users") && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	require.Greater(t, len(parts), 10, "the search has something to look for")
	return parts
}

// found returns the text around each of the values in a text, which are found in any case.
func found(text string, values []string) (all []string) {
	text = strings.ToLower(text)
	for _, value := range values {
		if i := strings.Index(text, strings.ToLower(value)); i >= 0 {
			all = append(all, text[max(0, i-200):min(len(text), i+len(value)+200)])
		}
	}
	return all
}
