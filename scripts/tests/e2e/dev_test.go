package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// runs are all that were started.
var runs []*harness.Dev

// startDev runs another `make dev`.
func startDev(t *testing.T, flags ...string) {
	t.Helper()
	dev = tree.StartDev(t, flags...)
	runs = append(runs, dev)
}

// afterwards calls change and waits until `make dev` has written an event of a kind with a text.
func afterwards(t *testing.T, kind, text string, change func()) {
	t.Helper()
	before := len(dev.Events())
	change()
	isIt := func(e harness.Event) bool { return e.Event == kind && strings.Contains(e.Text, text) }
	harness.Eventually(t, func() bool { return slices.ContainsFunc(dev.Events()[before:], isIt) }, "make dev writes %s %q", kind, text)
}

// localAWS is the AWS of the running `make dev`.
func localAWS(t *testing.T) localaws.AWS {
	t.Helper()
	local, err := localaws.Running(stateFile(""))
	require.NoError(t, err)
	return local
}

func stateFile(name string) string { return filepath.Join(tree.Dir, ".local", name) }

// line is a line that a function wrote, as `make dev` shows it.
type line struct {
	raw                       json.RawMessage
	Function                  string `json:"function_name"`
	Correlation               string `json:"correlation_id"`
	RequestID                 string
	Route, Reason, PrimeError string
	Status                    int
	Requests, Allowed, Denied *float64
	Errors, ClientErrors      float64
	RequestDuration           float64
}

// logged returns what the functions have logged in all runs: JSON objects as lines, and the rest as texts.
func logged() (answers, decisions []line, texts []string) {
	for _, run := range runs {
		for _, e := range run.Events() {
			for _, raw := range append(e.Logs, e.Log) {
				l := line{raw: raw}
				switch {
				case len(raw) == 0:
				case raw[0] != '{':
					texts = append(texts, string(raw))
				case json.Unmarshal(raw, &l) == nil && l.Requests != nil:
					answers = append(answers, l)
				default:
					decisions = append(decisions, l)
				}
			}
		}
	}
	return answers, decisions, texts
}

// awaitLines waits until `make dev` has shown a line for each answer of a function.
func awaitLines(t *testing.T) {
	t.Helper()
	want := len(answered())
	harness.Eventually(t, func() bool {
		answers, _, _ := logged()
		return len(answers) >= want
	}, "make dev shows the %d lines of the functions' answers", want)
}
