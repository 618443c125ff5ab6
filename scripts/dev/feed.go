package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
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
	Kind string    `json:"event"`
	Time time.Time `json:"time"`
	Text string    `json:"text,omitempty"` // of a message or an error
	URL  string    `json:"url,omitempty"`  // where the API serves

	// Of a request. What API Gateway answers by itself carries no CorrelationID.
	Method        string  `json:"method,omitempty"`
	Path          string  `json:"path,omitempty"`
	Status        int     `json:"status,omitempty"`
	Milliseconds  float64 `json:"durationMs,omitempty"`
	RequestID     string  `json:"requestId,omitempty"`
	CorrelationID string  `json:"correlationId,omitempty"`
	Start         string  `json:"start,omitempty"` // "cold" or "warm"

	// Function is the one that answered, or wrote the line. A line is an object as it
	// was written, or a string.
	Function string            `json:"function,omitempty"`
	Lines    []json.RawMessage `json:"logs,omitempty"` // of a request
	Line     json.RawMessage   `json:"log,omitempty"`  // of none

	exchange *exchange // of a request
}

// feed passes each event to all viewers, one event at a time.
type feed struct {
	mu      sync.Mutex
	viewers []interface{ show(event) }
}

// add adds a viewer, which gets all later events.
func (f *feed) add(viewer interface{ show(event) }) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.viewers = append(f.viewers, viewer)
}

func (f *feed) show(e event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, viewer := range f.viewers {
		viewer.show(e)
	}
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
