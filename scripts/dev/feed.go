package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"users-api/pkg/auth"
)

// The kinds of events.
const (
	message = "message" // a step of `make dev`
	failure = "error"   // an error of `make dev`
	ready   = "ready"   // the API serves
	request = "request" // a request was answered
	logged  = "log"     // a function wrote a line that belongs to no request
)

// event is one thing that happens while `make dev` runs, and a line of its output with JSON=1.
type event struct {
	ID   int64     `json:"id,omitempty"` // ascends, also from run to run
	Kind string    `json:"event"`
	Time time.Time `json:"time"`
	Text string    `json:"text,omitempty"` // of a message or an error
	URL  string    `json:"url,omitempty"`  // where the API serves

	// Of a request. What API Gateway answers by itself carries no CorrelationID.
	Method        string  `json:"method,omitempty"`
	Path          string  `json:"path,omitempty"`
	Route         string  `json:"route,omitempty"`
	Status        int     `json:"status,omitempty"`
	Milliseconds  float64 `json:"durationMs,omitempty"`
	RequestID     string  `json:"requestId,omitempty"`
	CorrelationID string  `json:"correlationId,omitempty"`
	Start         string  `json:"start,omitempty"` // "cold" or "warm"
	Sent          content `json:"sent,omitzero"`
	Answered      content `json:"answered,omitzero"`

	// Function is the one that answered, or wrote the line. A line is an object as it
	// was written, or a string.
	Function string            `json:"function,omitempty"`
	Lines    []json.RawMessage `json:"logs,omitempty"` // of a request
	Line     json.RawMessage   `json:"log,omitempty"`  // of none
}

// keptEvents is how many events a feed keeps, the newest ones.
const keptEvents = 1000

// feed shows the events on a screen, and keeps them for the console.
type feed struct {
	screen screen

	mu      sync.Mutex
	waiting map[string]*event // by correlation id: requests without a line, and lines without a request
	kept    []event           // oldest first
	lastID  int64
	changed chan struct{} // is closed, and replaced, by the next event
}

func newFeed(s screen) *feed {
	return &feed{screen: s, waiting: map[string]*event{}, lastID: time.Now().UnixMicro(), changed: make(chan struct{})}
}

func (f *feed) show(e event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.showLocked(e)
}

func (f *feed) showLocked(e event) {
	f.lastID++
	e.ID = f.lastID
	if e.Kind == request {
		e.Route = routeOf(e.Function)
	}
	f.screen.show(e)
	f.kept = append(f.kept, e)
	f.kept = f.kept[max(0, len(f.kept)-keptEvents):]
	close(f.changed)
	f.changed = make(chan struct{})
}

// routeOf is the route of a function that answered a request, or what answered in its place.
func routeOf(function string) string {
	for _, r := range auth.Routes() {
		if r.Function == function {
			return r.Method + " " + r.Path
		}
	}
	return "API Gateway"
}

// after returns the kept events after an id, and a channel that the next event closes.
func (f *feed) after(id int64) ([]event, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, _ := slices.BinarySearchFunc(f.kept, id+1, func(e event, id int64) int { return cmp.Compare(e.ID, id) })
	return slices.Clone(f.kept[i:]), f.changed
}

// say shows a message or a failure.
func (f *feed) say(kind, format string, args ...any) {
	f.show(event{Kind: kind, Time: time.Now(), Text: strings.TrimSpace(fmt.Sprintf(format, args...))})
}

// Write shows the progress that other packages report.
func (f *feed) Write(p []byte) (int, error) {
	f.say(message, "%s", p)
	return len(p), nil
}
