package main

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"
	"time"
)

// log collects what the process writes.
type log struct {
	mu    sync.Mutex
	all   bytes.Buffer
	grown chan struct{}
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() {
		select {
		case l.grown <- struct{}{}:
		default:
		}
	}()
	return l.all.Write(p)
}

func (l *log) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

type logLine struct {
	ID     string `json:"function_request_id"`
	Reason string
}

// line waits for the line of an invocation.
func (l *log) line(t *testing.T, id string) logLine {
	t.Helper()
	timeout := time.After(stallAfter)
	for {
		for text := range bytes.Lines([]byte(l.text())) {
			var line logLine
			if json.Unmarshal(text, &line) == nil && line.ID == id {
				return line
			}
		}
		select {
		case <-l.grown:
		case <-timeout:
			t.Fatalf("no log line of invocation %s in:\n%s", id, l.text())
		}
	}
}
