package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"users-api/pkg/auth"
)

// keptEvents is how many events the console keeps, the newest ones.
const keptEvents = 1000

// console keeps the events for the page /_console.
type console struct {
	mu      sync.Mutex
	lastID  int64
	kept    []entry       // oldest first
	changed chan struct{} // is closed, and replaced, by the next event
}

// newConsole returns a console whose ids are above those of earlier runs.
func newConsole() *console {
	return &console{lastID: time.Now().UnixMicro(), changed: make(chan struct{})}
}

// entry is an event as the page gets it.
type entry struct {
	ID int64 `json:"id"`
	event
	Route    string   `json:"route,omitempty"`
	Sent     *content `json:"sent,omitempty"` // without credentials
	Answered *content `json:"answered,omitempty"`
}

// show keeps an event.
func (c *console) show(e event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	next := entry{ID: c.lastID, event: e}
	if e.Kind == request {
		next.Route = routeOf(e.Function)
	}
	if x := e.exchange; x != nil {
		sent := x.sent.withoutCredentials()
		next.Sent, next.Answered = &sent, &x.answered
	}
	c.kept = append(c.kept, next)
	c.kept = c.kept[max(0, len(c.kept)-keptEvents):]
	close(c.changed)
	c.changed = make(chan struct{})
}

// after returns the kept entries after an id, and a channel that the next event closes.
func (c *console) after(id int64) (entries []entry, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.kept {
		if e.ID > id {
			return append(entries, c.kept[i:]...), c.changed
		}
	}
	return nil, c.changed
}

// find returns the kept request that a request of the page names. Without one it answers that.
func (c *console) find(w http.ResponseWriter, r *http.Request) (e entry, ok bool) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if entries, _ := c.after(id - 1); len(entries) > 0 {
		e = entries[0]
	}
	if e.ID != id || e.exchange == nil || e.exchange.sent.Size > bodyLimit {
		http.Error(w, fmt.Sprintf("make dev keeps the last %d events of a run, and %d KB of a body: too little for this one", keptEvents, bodyLimit>>10), http.StatusNotFound)
		return e, false
	}
	return e, true
}

// serveEvents sends the kept entries and all later ones, as server-sent events.
func (c *console) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	last, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // of a page that reconnects
	for {
		entries, changed := c.after(last)
		for _, e := range entries {
			data, _ := json.Marshal(e) // an entry always encodes
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", e.ID, data)
			last = e.ID
		}
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
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
