package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
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

// StartDev runs `make dev` in the tree with IAM enforced and more flags, on a free port, until it is ready.
func (t Tree) StartDev(flags ...string) (*Dev, error) {
	process, err := t.Start(nil, "make", append([]string{"dev", "PORT=0", "AUTH=1", "JSON=1"}, flags...)...)
	if err != nil {
		return nil, err
	}
	d := &Dev{Process: process}
	for deadline := time.Now().Add(Patience); ; {
		for _, e := range d.Events() {
			if e.Event == "ready" {
				d.URL = e.URL
				return d, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("make dev is not ready after %v:\n%s", Patience, d.Out.Text()), d.Interrupt())
		}
		select {
		case <-d.Exited():
			return nil, fmt.Errorf("make dev ended:\n%s", d.Out.Text())
		case <-time.After(20 * time.Millisecond):
		}
	}
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
