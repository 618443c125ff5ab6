package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// console serves what the page /_console shows and does.
type console struct {
	feed  *feed
	front *front
}

// serveEvents sends the kept events and all later ones, as server-sent events.
func (c console) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	last, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // of a page that reconnects
	for {
		events, changed := c.feed.after(last)
		for _, e := range events {
			e.Sent = e.Sent.withoutCredentials()
			data, _ := json.Marshal(e) // an event always encodes
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

// ofKept returns a handler for a kept request that the page names.
func (c console) ofKept(handle func(http.ResponseWriter, *http.Request, event)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
		events, _ := c.feed.after(id - 1)
		if len(events) == 0 || events[0].ID != id || events[0].Kind != request || events[0].Sent.Size > bodyLimit {
			http.Error(w, fmt.Sprintf("make dev keeps the last %d events of a run, and %d KB of a body: too little for this one", keptEvents, bodyLimit>>10), http.StatusNotFound)
			return
		}
		handle(w, r, events[0])
	}
}

// showCurl sends the command that repeats a request.
func showCurl(w http.ResponseWriter, r *http.Request, e event) {
	fmt.Fprint(w, e.Sent.curl(e.Method, "http://"+r.Host+e.Path))
}

// sendAgain repeats a request. The console shows how it went, as of any other.
func (c console) sendAgain(w http.ResponseWriter, r *http.Request, e event) {
	again, err := http.NewRequestWithContext(r.Context(), e.Method, c.front.stage.String()+e.Path, strings.NewReader(e.Sent.Body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	again.Header, again.Host = e.Sent.Header.Clone(), r.Host
	_, _ = c.front.RoundTrip(again) // which reads the whole answer
}
