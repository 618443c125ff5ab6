package harness

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Dev is a running `make dev`.
type Dev struct {
	*Process
	URL string // of the API
}

// Event is a line of `make dev JSON=1`.
type Event struct {
	Event, Text, URL string
	Logs             []json.RawMessage // of a request
	Log              json.RawMessage   // of none
}

// StartDev runs `make dev` in the tree with IAM enforced and more flags, on a free port, until it is
// ready. The caller ends it.
func (t Tree) StartDev(tb testing.TB, flags ...string) *Dev {
	tb.Helper()
	p, err := t.Start(nil, "make", append([]string{"dev", "PORT=0", "AUTH=1", "JSON=1"}, flags...)...)
	require.NoError(tb, err)
	d := &Dev{Process: p}
	ctx, cancel := context.WithTimeout(tb.Context(), Patience)
	defer cancel()
	err = d.Await(ctx, func() bool {
		for _, e := range d.Events() {
			if e.Event == "ready" {
				d.URL = e.URL
			}
		}
		return d.URL != ""
	})
	if err != nil {
		_ = d.Interrupt()
		require.NoError(tb, err, "make dev wrote:\n%s", d.Out.Text())
	}
	return d
}

// Events returns what it has written so far.
func (d *Dev) Events() (events []Event) {
	for text := range strings.Lines(d.Out.Text()) {
		var e Event
		if strings.HasSuffix(text, "\n") && json.Unmarshal([]byte(text), &e) == nil {
			events = append(events, e)
		}
	}
	return events
}

// Token returns what Authorization has with a token of `make token`.
func (t Tree) Token(tb testing.TB, options ...string) string {
	tb.Helper()
	args := append([]string{"-s", "token"}, options...)
	return "Bearer " + strings.TrimSpace(t.Command(tb, "make", args...).Stdout.Text())
}
