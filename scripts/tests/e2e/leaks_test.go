package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testNothingLeaks looks for what must not be in what the run has written: credentials
// anywhere, and people anywhere but in the answers about them.
func testNothingLeaks(t *testing.T) {
	people := []string{"lovelace", "people.example"} // in the tests' names and addresses
	credentials := credentials(t)
	var answers, refusals strings.Builder
	for _, s := range recorded.all {
		for _, text := range []*strings.Builder{&answers, &refusals} {
			_ = s.Header.Write(text) // a Builder takes everything
		}
		answers.WriteString(s.Body + "\n")
		if s.Status >= http.StatusBadRequest {
			refusals.WriteString(s.Body + "\n")
		}
	}
	require.Empty(t, found(answers.String(), credentials), "an answer has a credential")
	require.Len(t, found(answers.String(), people), len(people), "the search finds what is there")
	texts := map[string]string{"an error, or a header": refusals.String()}
	for _, run := range runs {
		texts["make dev at "+run.url] = run.Out.Text()
	}
	// The emulator's own log, CloudWatch Logs, which it has saved, and what `make stats`
	// reads.
	for _, name := range []string{"emulator.log", "state/cloudwatch_logs.json", "run.jsonl"} {
		data, err := os.ReadFile(stateFile(name))
		require.NoError(t, err)
		texts[name] = string(data)
	}
	for where, text := range texts {
		assert.NotEmpty(t, text, where)
		assert.Empty(t, found(text, credentials), "%s has a credential", where)
		assert.Empty(t, found(text, people), "%s has a name or an address", where)
		assert.NotContains(t, text, "DATA RACE", where)
	}
}

// credentials are what was sent in Authorization, what the stage's secret holds, and
// the parts of both, but for such as may be found where nobody put them.
func credentials(t *testing.T) (parts []string) {
	t.Helper()
	all := map[string]bool{secret(t).JWTSecret: true, secret(t).APIKey: true, secret(t).APIKeys: true}
	for _, s := range recorded.all {
		all[s.Sent.Header.Get("Authorization")] = true
	}
	for value := range all {
		for _, part := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" .:", r) }) {
			if len(part) >= 16 && !strings.HasPrefix(part, "users") {
				parts = append(parts, part)
			}
		}
	}
	require.Greater(t, len(parts), 10, "the search has something to look for")
	return parts
}

// found returns what surrounds each of the values that a text has, in any case.
func found(text string, values []string) (all []string) {
	text = strings.ToLower(text)
	for _, value := range values {
		if i := strings.Index(text, strings.ToLower(value)); i >= 0 {
			all = append(all, text[max(0, i-200):min(len(text), i+len(value)+200)])
		}
	}
	return all
}
