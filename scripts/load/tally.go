package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// count is what came of the requests of one route, or of all.
type count struct {
	requests, unexpected   int
	throttled, unavailable int // 429 and 503: not wrong, but not done either
	times                  vegeta.LatencyMetrics
}

func (c *count) add(o outcome, took time.Duration) {
	c.requests++
	c.times.Add(took)
	switch o {
	case unexpected:
		c.unexpected++
	case throttled:
		c.throttled++
	case unavailable:
		c.unavailable++
	}
}

func (c *count) ok() int { return c.requests - c.unexpected - c.throttled - c.unavailable }

// share of n among the requests, as text.
func (c *count) share(n int) string {
	if c.requests == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(c.requests))
}

func (c *count) quantile(q float64) string {
	if c.requests == 0 {
		return "-"
	}
	return milliseconds(c.times.Quantile(q))
}

func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// outcome is what an answer means.
type outcome int

const (
	fine outcome = iota
	unexpected
	throttled
	unavailable
)

// outcomeOf judges an answer by its status and by what the mix found wrong.
func outcomeOf(status int, wrong string) outcome {
	switch {
	case wrong == "":
		return fine
	case status == http.StatusTooManyRequests:
		return throttled
	case status == http.StatusServiceUnavailable:
		return unavailable
	}
	return unexpected
}

// problem is a kind of answer that was not expected, and the first one of it.
type problem struct {
	count   int
	example string
}

// tally sums the answers of a run.
type tally struct {
	all    count
	routes []count // as routes has them
	// statuses count the answers that were no success, by status.
	statuses map[string]int
	// problems are by route and status.
	problems map[string]*problem
	window   count // since the last live line
}

func newTally() *tally {
	return &tally{routes: make([]count, len(routes)), statuses: map[string]int{}, problems: map[string]*problem{}}
}

func (t *tally) add(c call, r *vegeta.Result, wrong string) {
	route := c.kind.route()
	o := outcomeOf(int(r.Code), wrong)
	for _, counter := range []*count{&t.all, &t.routes[route], &t.window} {
		counter.add(o, r.Latency)
	}
	if o == fine {
		return
	}
	t.statuses[statusOf(r)]++
	if o == unexpected {
		t.note(routes[route]+" "+statusOf(r), wrong)
	}
}

func (t *tally) note(what, wrong string) {
	p := t.problems[what]
	if p == nil {
		p = &problem{example: wrong}
		t.problems[what] = p
	}
	p.count++
}

// statusOf names an answer's status, or why there was none.
func statusOf(r *vegeta.Result) string {
	switch {
	case r.Code != 0:
		return fmt.Sprint(r.Code)
	case strings.Contains(r.Error, "Timeout") || strings.Contains(r.Error, "deadline"):
		return "timeout"
	case strings.Contains(r.Error, "refused"):
		return "refused"
	}
	return "broken"
}

// maxBodyShown bounds what is shown of an answer.
const maxBodyShown = 200

// marker is what mix.target puts behind a URL.
var marker = regexp.MustCompile(`#\d+`)

// describe tells an answer that was not expected.
func describe(r *vegeta.Result) string {
	if r.Code == 0 {
		return marker.ReplaceAllString(r.Error, "")
	}
	body := strings.Join(strings.Fields(string(r.Body)), " ")
	if len(body) > maxBodyShown {
		body = body[:maxBodyShown] + "…"
	}
	return fmt.Sprintf("%q, request %s", body, cmp.Or(r.Headers.Get("X-Amzn-Requestid"), "-"))
}

// line is the live line, of what happened since the last one.
func (t *tally) line(elapsed, since time.Duration) string {
	w := &t.window
	text := fmt.Sprintf("%5s  %5.0f/s  ok %-7s  p50 %-7s  p99 %-7s", elapsed.Round(time.Second),
		float64(w.requests)/max(since.Seconds(), 0.001), w.share(w.ok()), w.quantile(0.5), w.quantile(0.99))
	t.window = count{}
	for _, status := range slices.Sorted(maps.Keys(t.statuses)) {
		text += fmt.Sprintf("  %s: %d", status, t.statuses[status])
	}
	return text
}

// table is the result of a run.
func (t *tally) table() string {
	var b strings.Builder
	const row = "%-18s %9v %8v %10v %8v %8v %9v %9v %9v %9v\n"
	fmt.Fprintf(&b, row, "route", "requests", "ok", "unexpected", "429", "503", "p50", "p90", "p99", "max")
	for i := range t.routes {
		t.row(&b, row, routes[i], &t.routes[i])
	}
	t.row(&b, row, "all", &t.all)
	for _, what := range slices.Sorted(maps.Keys(t.problems)) {
		p := t.problems[what]
		fmt.Fprintf(&b, "unexpected: %s, %d times, first %s\n", what, p.count, p.example)
	}
	return b.String()
}

func (t *tally) row(b *strings.Builder, format, name string, c *count) {
	slowest := "-"
	if c.requests > 0 {
		slowest = milliseconds(c.times.Max)
	}
	fmt.Fprintf(b, format, name, c.requests, c.share(c.ok()), c.share(c.unexpected), c.share(c.throttled), c.share(c.unavailable),
		c.quantile(0.5), c.quantile(0.9), c.quantile(0.99), slowest)
}
