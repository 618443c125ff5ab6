package runtimeapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// Log collects what a function writes. The zero value is ready.
type Log struct {
	mu    sync.Mutex
	all   bytes.Buffer
	grown chan struct{} // closed, and replaced, by each write
}

// Write never fails.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
	return l.all.Write(p)
}

// Text returns all that was written so far.
func (l *Log) Text() string {
	text, _ := l.watch()
	return text
}

// watch returns what was written so far, and a channel that the next write closes.
func (l *Log) watch() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	return l.all.String(), l.grown
}

// Line waits for the line of an invocation and decodes it.
func (l *Log) Line(ctx context.Context, invocation string, line any) error {
	for {
		text, grown := l.watch()
		for each := range bytes.Lines([]byte(text)) {
			var of struct {
				ID string `json:"function_request_id"`
			}
			if json.Unmarshal(each, &of) == nil && of.ID == invocation {
				return json.Unmarshal(each, line)
			}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return fmt.Errorf("no log line of invocation %s: %w; there is:\n%s", invocation, ctx.Err(), text)
		}
	}
}
