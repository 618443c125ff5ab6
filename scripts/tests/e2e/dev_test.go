package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// devServer is a running `make dev`.
type devServer struct {
	*harness.Process
	url string
}

// runs are all that were started.
var runs []*devServer

// startDev runs `make dev` with IAM enforced, on a free port, until it is ready.
func startDev() (*devServer, error) {
	process, err := tree.Start(nil, "make", "dev", "PORT=0", "AUTH=1", "JSON=1")
	if err != nil {
		return nil, err
	}
	d := &devServer{Process: process}
	runs = append(runs, d)
	for deadline := time.Now().Add(harness.Patience); ; {
		for _, e := range d.events() {
			if e.Event == "ready" {
				d.url = e.URL
				return d, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("make dev is not ready after %v:\n%s", harness.Patience, d.Out.Text()), d.Interrupt())
		}
		select {
		case <-d.Exited():
			return nil, fmt.Errorf("make dev ended:\n%s", d.Out.Text())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// event is a line of `make dev JSON=1`.
type event struct {
	Event, Text, URL string
	Logs             []json.RawMessage // of a request
	Log              json.RawMessage   // of none
}

func (d *devServer) events() (events []event) {
	for text := range strings.Lines(d.Out.Text()) {
		var e event
		if strings.HasSuffix(text, "\n") && json.Unmarshal([]byte(text), &e) == nil {
			events = append(events, e)
		}
	}
	return events
}

// afterwards calls change and waits until `make dev` has written an event of a kind with a text.
func afterwards(t *testing.T, kind, text string, change func()) {
	t.Helper()
	before := len(dev.events())
	change()
	harness.Eventually(t, func() bool {
		for _, e := range dev.events()[before:] {
			if e.Event == kind && strings.Contains(e.Text, text) {
				return true
			}
		}
		return false
	}, "make dev writes %s %q", kind, text)
}

// command runs a command in the tree, which must succeed.
func command(t *testing.T, name string, args ...string) *harness.Process {
	t.Helper()
	p, err := tree.Run(t.Context(), nil, name, args...)
	require.NoError(t, err)
	return p
}

// shell returns what a command line writes in the environment that `make dev` wrote for shells.
func shell(t *testing.T, line string) string {
	t.Helper()
	return command(t, "sh", "-c", ". .local/env && "+line).Out.Text()
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

// lines returns what the functions have logged so far: JSON objects as lines, and the rest as texts.
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
		shown, _ := dev.lines(t)
		shown = slices.DeleteFunc(shown, func(l line) bool { return l.Requests == nil })
		return len(shown) >= want
	}, "make dev shows the %d lines of the functions' answers", want)
}
