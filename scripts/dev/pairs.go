package main

import (
	"encoding/json"
	"strings"
	"time"

	"users-api/scripts/internal/localaws"
)

// pairTimeout is how long a request and its function's line wait for each other. A function writes
// its line before it answers, so the request follows at once.
const pairTimeout = 2 * time.Second

// wrote takes a line that a function has written.
func (f *feed) wrote(function, text string) {
	e := &event{Kind: logged, Time: time.Now(), Function: strings.TrimPrefix(function, localaws.StackName+"-"), Line: json.RawMessage(text)}
	var line struct {
		CorrelationID string `json:"correlation_id"`
		RequestID     string `json:"requestId"`
		ColdStart     *bool  `json:"cold_start"`
	}
	if json.Unmarshal(e.Line, &line) != nil { // it is not a log line of the product
		e.Line, _ = json.Marshal(text) // a text always encodes
	}
	e.CorrelationID, e.RequestID = line.CorrelationID, line.RequestID
	if line.ColdStart != nil {
		e.Start = map[bool]string{true: "cold", false: "warm"}[*line.ColdStart]
	}
	f.pair(e)
}

// pair shows a request together with the line that its function wrote about it, when it has both:
// they have the same correlation id. A request or line without one is shown by itself.
func (f *feed) pair(e *event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	other := f.waiting[e.CorrelationID]
	switch {
	case e.CorrelationID == "":
		f.showLocked(*e)
	case other != nil && other.Kind != e.Kind:
		delete(f.waiting, e.CorrelationID)
		f.showLocked(joined(*e, *other))
	default:
		if other != nil { // a client may send an id twice
			f.showLocked(*other)
		}
		f.waiting[e.CorrelationID] = e
		time.AfterFunc(pairTimeout, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.waiting[e.CorrelationID] == e {
				delete(f.waiting, e.CorrelationID)
				f.showLocked(*e)
			}
		})
	}
}

// joined is a request with its line. Its request id is the one that the function saw.
func joined(e, line event) event {
	if e.Kind == logged {
		e, line = line, e
	}
	e.Function, e.Start, e.RequestID, e.Lines = line.Function, line.Start, line.RequestID, []json.RawMessage{line.Line}
	return e
}
