package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestRequestsFindTheirLines(t *testing.T) {
	t.Parallel()
	const mine, other = `{"correlation_id":"mine","cold_start":true}`, `{"correlation_id":"other"}`
	answered := func(path, id string) func(*feed) {
		return func(f *feed) { f.pair(&event{Kind: request, Path: path, CorrelationID: id}) }
	}
	wrote := func(line string) func(*feed) {
		return func(f *feed) { f.wrote("users-api-local-getUser", line) }
	}
	wait := func(*feed) { time.Sleep(pairTimeout + 1) }
	tests := map[string]struct {
		steps []func(*feed)
		want  []string
	}{
		"the line comes first":     {steps: []func(*feed){wrote(mine), answered("/a", "mine")}, want: []string{"request /a+" + mine + " getUser cold"}},
		"the request comes first":  {steps: []func(*feed){answered("/a", "mine"), wrote(mine)}, want: []string{"request /a+" + mine + " getUser cold"}},
		"by API Gateway alone":     {steps: []func(*feed){answered("/a", "")}, want: []string{"request /a"}},
		"a line without an id":     {steps: []func(*feed){wrote(`{"a":1}`)}, want: []string{`log {"a":1} getUser`}},
		"a line that is no object": {steps: []func(*feed){wrote("panic: x")}, want: []string{`log "panic: x" getUser`}},
		"a line of no request":     {steps: []func(*feed){wrote(mine), wait}, want: []string{"log " + mine + " getUser cold"}},
		"its line does not come":   {steps: []func(*feed){answered("/a", "mine"), wait}, want: []string{"request /a"}},
		"it may come later":        {steps: []func(*feed){answered("/a", "mine")}},
		"two at once":              {steps: []func(*feed){wrote(mine), wrote(other), answered("/b", "other"), answered("/a", "mine")}, want: []string{"request /b+" + other + " getUser", "request /a+" + mine + " getUser cold"}},
		"one id twice":             {steps: []func(*feed){wrote(mine), wrote(mine), answered("/a", "mine")}, want: []string{"log " + mine + " getUser cold", "request /a+" + mine + " getUser cold"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // the clock stands still between the steps
				f := newFeed(screen{out: io.Discard})
				for _, step := range test.steps {
					step(f)
				}
				events, _ := f.after(0)
				assert.Equal(t, test.want, short(events))
			})
		})
	}
}

func short(events []event) (texts []string) {
	for _, e := range events {
		text := e.Kind + " " + e.Path + string(e.Line)
		for _, line := range e.Lines {
			text += "+" + string(line)
		}
		texts = append(texts, strings.TrimSpace(text+" "+e.Function+" "+e.Start))
	}
	return texts
}
