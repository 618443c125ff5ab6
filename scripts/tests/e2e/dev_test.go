package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
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
	harness.Eventually(t, func() bool {
		for _, e := range dev.Events()[before:] {
			if e.Event == kind && strings.Contains(e.Text, text) {
				return true
			}
		}
		return false
	}, "make dev writes %s %q", kind, text)
}

func stateFile(name string) string { return filepath.Join(tree.Dir, ".local", name) }

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

// linesOf returns what the functions have logged so far: JSON objects as lines, and the rest as texts.
func linesOf(t *testing.T, d *harness.Dev) (lines []line, texts []string) {
	t.Helper()
	for _, e := range d.Events() {
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

// awaitLines waits until the running `make dev` has shown a line for each answer of a function.
func awaitLines(t *testing.T) {
	t.Helper()
	want := 0
	for _, s := range recorded.all {
		if s.dev == dev && s.correlation() != "" {
			want++
		}
	}
	harness.Eventually(t, func() bool {
		shown, _ := linesOf(t, dev)
		shown = slices.DeleteFunc(shown, func(l line) bool { return l.Requests == nil })
		return len(shown) >= want
	}, "make dev shows the %d lines of the functions' answers", want)
}
