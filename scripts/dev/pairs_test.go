package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// shown keeps what a feed shows, in short.
type shown struct{ events []string }

func (s *shown) show(e event) {
	text := e.Kind + " " + e.Path + string(e.Line)
	for _, line := range e.Lines {
		text += "+" + string(line)
	}
	s.events = append(s.events, strings.TrimSpace(text+" "+e.Function+" "+e.Start))
}

func newShown() (*shown, *pairs) {
	s, f := &shown{}, &feed{}
	f.add(s)
	return s, newPairs(f)
}

func TestRequestsFindTheirLines(t *testing.T) {
	t.Parallel()
	const mine, other = `{"correlation_id":"mine","cold_start":true}`, `{"correlation_id":"other"}`
	answered := func(path, id string) func(*pairs) {
		return func(p *pairs) { p.answered(&event{Kind: request, Path: path, CorrelationID: id}) }
	}
	wrote := func(line string) func(*pairs) {
		return func(p *pairs) { p.wrote("users-api-local-getUser", line) }
	}
	gaveUp := func(p *pairs) {
		e := &event{Kind: request, Path: "/a", CorrelationID: "mine"}
		p.answered(e)
		p.giveUp(e)
		p.giveUp(e)
	}
	tests := map[string]struct {
		began int
		steps []func(*pairs)
		want  []string
	}{
		"the line comes first":        {began: 1, steps: []func(*pairs){wrote(mine), answered("/a", "mine")}, want: []string{"request /a+" + mine + " getUser cold"}},
		"the request comes first":     {began: 1, steps: []func(*pairs){answered("/a", "mine"), wrote(mine)}, want: []string{"request /a+" + mine + " getUser cold"}},
		"by API Gateway alone":        {began: 1, steps: []func(*pairs){answered("/a", "")}, want: []string{"request /a"}},
		"a line of no request":        {steps: []func(*pairs){wrote(mine)}, want: []string{"log " + mine + " getUser cold"}},
		"a line without an id":        {began: 1, steps: []func(*pairs){wrote(`{"a":1}`)}, want: []string{`log {"a":1} getUser`}},
		"a line that is no object":    {began: 1, steps: []func(*pairs){wrote("panic: x")}, want: []string{`log "panic: x" getUser`}},
		"it may be a later request's": {began: 1, steps: []func(*pairs){wrote(mine)}},
		"its line may come later":     {began: 1, steps: []func(*pairs){answered("/a", "mine")}},
		"its line does not come":      {began: 1, steps: []func(*pairs){gaveUp}, want: []string{"request /a"}},
		"two at once":                 {began: 2, steps: []func(*pairs){wrote(mine), wrote(other), answered("/b", "other"), answered("/a", "mine")}, want: []string{"request /b+" + other + " getUser", "request /a+" + mine + " getUser cold"}},
		"one id twice":                {began: 2, steps: []func(*pairs){wrote(mine), wrote(mine), answered("/a", "mine")}, want: []string{"log " + mine + " getUser cold", "request /a+" + mine + " getUser cold"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := newShown()
			for range test.began {
				p.began()
			}
			for _, step := range test.steps {
				step(p)
			}
			assert.Equal(t, test.want, s.events)
		})
	}
}
