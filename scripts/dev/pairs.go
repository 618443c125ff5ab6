package main

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"users-api/scripts/internal/localaws"
)

// pairTimeout is how long an answered request waits for its function's line. The line
// is written before the answer, so a request waits on a busy machine only.
const pairTimeout = 5 * time.Second

// pairs shows each request together with the line that its function wrote about it:
// both have the same correlation id. A request or line without one is shown by itself.
type pairs struct {
	feed *feed

	mu       sync.Mutex
	inFlight int               // requests without an answer
	single   map[string]*event // requests and lines that wait for the other
}

func newPairs(feed *feed) *pairs { return &pairs{feed: feed, single: map[string]*event{}} }

// wrote takes a line that a function has written.
func (p *pairs) wrote(function, text string) {
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
	p.add(e, 0)
}

// began counts a request that is sent.
func (p *pairs) began() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight++
}

// answered takes a request that was sent.
func (p *pairs) answered(e *event) { p.add(e, 1) }

func (p *pairs) add(e *event, answers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight -= answers
	other := p.single[e.CorrelationID]
	switch {
	case other != nil && other.Kind != e.Kind:
		delete(p.single, e.CorrelationID)
		p.feed.show(joined(*e, *other))
	case e.CorrelationID == "" || e.Kind == logged && p.inFlight == 0:
		p.feed.show(*e)
	default:
		if other != nil { // a client may send an id twice
			p.feed.show(*other)
		}
		p.single[e.CorrelationID] = e
		time.AfterFunc(pairTimeout, func() { p.giveUp(e) })
	}
}

// giveUp shows a request or line that has waited too long.
func (p *pairs) giveUp(e *event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.single[e.CorrelationID] == e {
		delete(p.single, e.CorrelationID)
		p.feed.show(*e)
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
