package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"users-api/scripts/internal/localaws"
)

// runFile is in the state folder: what this run of `make dev` has shown, as with
// JSON=1. CloudWatch Logs would not do in its place: `make dev` deletes the oldest
// of the emulator's many streams, and what API Gateway answers itself is in none.
const runFile = "run.jsonl"

var errStarting = errors.New("`make dev` is still starting: ask again when it says that it is ready")

// statsCommand adds up what the functions said of themselves since `make dev` began.
func statsCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	asJSON := flags.Bool("json", false, "as one JSON object")
	return func(_ context.Context, ws workspace) error {
		if _, err := localaws.Running(ws.state); err != nil {
			return err
		}
		file, err := os.Open(filepath.Join(ws.state, runFile))
		if errors.Is(err, fs.ErrNotExist) {
			return errStarting
		}
		if err != nil {
			return err
		}
		defer file.Close()
		s, err := readStats(file)
		if err != nil {
			return fmt.Errorf("%s: %w", relative(ws.root, file.Name()), err)
		}
		if s.URL == "" {
			return errStarting
		}
		if *asJSON {
			return json.NewEncoder(ws.out).Encode(s)
		}
		return s.write(ws.out)
	}
}

// stats is what a run has come to.
type stats struct {
	URL    string    `json:"url"`
	Since  time.Time `json:"since"`
	Routes []tally   `json:"routes"`
	// All has the routes together.
	All        tally        `json:"all"`
	Authorizer decisionsSum `json:"authorizer"`
	// Gateway counts the answers that no function gave, by their status.
	Gateway map[int]int `json:"gateway"`
}

// tally is what the lines of a function come to.
type tally struct {
	Route        string  `json:"route"`
	Count        int     `json:"count"`
	Errors       int     `json:"errors"`
	ErrorRate    float64 `json:"errorRate"` // share of 5xx, 0 to 1
	ClientErrors int     `json:"clientErrors"`
	ColdStarts   int     `json:"coldStarts"`
	// P50, P90 and P99 are milliseconds in the function. The emulator's own are
	// left out: API Gateway's are others.
	P50 float64 `json:"p50Ms"`
	P90 float64 `json:"p90Ms"`
	P99 float64 `json:"p99Ms"`

	durations []float64
}

// decisionsSum is the authorizer's tally, and what it decided.
type decisionsSum struct {
	tally
	Allowed int            `json:"allowed"`
	Denied  map[string]int `json:"denied"` // by reason
}

// counted is what is counted of a function's line: the metrics that it is.
type counted struct {
	Function     string `json:"function_name"`
	Route        string `json:"route"`
	Requests     int
	Errors       int
	ClientErrors int
	ColdStart    int
	Duration     *float64 `json:"RequestDuration"`
	Allowed      int
	Denied       int
	Reason       string `json:"reason"`
}

// readStats reads a run file. The last of its lines may be half written.
func readStats(r io.Reader) (stats, error) {
	c := collector{functions: map[string]*tally{}, stats: stats{
		Gateway: map[int]int{}, Authorizer: decisionsSum{tally: tally{Route: "authorizer"}, Denied: map[string]int{}},
	}}
	for decoder := json.NewDecoder(r); ; {
		var shown struct {
			Event, URL  string
			Time        time.Time
			Status      int
			Correlation string            `json:"correlationId"`
			Logs        []json.RawMessage // of a request
			Log         json.RawMessage   // of none
		}
		err := decoder.Decode(&shown)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return c.finish(), nil
		}
		if err != nil {
			return stats{}, err
		}
		switch {
		case shown.Event == "ready":
			c.stats.URL, c.stats.Since = shown.URL, shown.Time
		case shown.Event == "request" && shown.Correlation == "":
			c.stats.Gateway[shown.Status]++
		}
		for _, line := range append(shown.Logs, shown.Log) {
			c.add(line)
		}
	}
}

// collector adds lines up.
type collector struct {
	stats     stats
	functions map[string]*tally
}

// add counts a line. What is no line of an invocation has no duration.
func (c *collector) add(line json.RawMessage) {
	var l counted
	if json.Unmarshal(line, &l) != nil || l.Duration == nil {
		return
	}
	if l.Requests == 0 {
		c.stats.Authorizer.add(l, 1)
		c.stats.Authorizer.Allowed += l.Allowed
		if l.Denied > 0 {
			c.stats.Authorizer.Denied[l.Reason] += l.Denied
		}
		return
	}
	t := c.functions[l.Function]
	if t == nil {
		t = &tally{}
		c.functions[l.Function] = t
	}
	if t.Route == "" {
		t.Route = l.Route // absent below LOG_LEVEL
	}
	t.add(l, l.Requests)
	c.stats.All.add(l, l.Requests)
}

func (t *tally) add(l counted, count int) {
	t.Count += count
	t.Errors += l.Errors
	t.ClientErrors += l.ClientErrors
	t.ColdStarts += l.ColdStart
	t.durations = append(t.durations, *l.Duration)
}

func (c *collector) finish() stats {
	c.stats.Routes = []tally{} // none is [], not null
	for _, function := range slices.Sorted(maps.Keys(c.functions)) {
		t := *c.functions[function]
		if t.Route == "" {
			t.Route = function
		}
		c.stats.Routes = append(c.stats.Routes, t.finished())
	}
	slices.SortStableFunc(c.stats.Routes, func(a, b tally) int { return strings.Compare(a.Route, b.Route) })
	c.stats.All.Route = "all"
	c.stats.All = c.stats.All.finished()
	c.stats.Authorizer.tally = c.stats.Authorizer.finished()
	return c.stats
}

func (t tally) finished() tally {
	slices.Sort(t.durations)
	t.P50, t.P90, t.P99 = percentile(t.durations, 50), percentile(t.durations, 90), percentile(t.durations, 99)
	if t.Count > 0 {
		t.ErrorRate = float64(t.Errors) / float64(t.Count)
	}
	return t
}

// percentile is exact, by nearest rank: the least of the sorted values that at least
// p percent of them do not exceed. Of no values it is 0.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

// write shows the table.
func (s stats) write(w io.Writer) error {
	fmt.Fprintf(w, "%s since %s\n\n", s.URL, s.Since.Local().Format(time.TimeOnly))
	if s.All.Count+s.Authorizer.Count+len(s.Gateway) == 0 {
		_, err := fmt.Fprintln(w, "no request yet")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "count\t5xx\t5xx %\t4xx\tp50 ms\tp90 ms\tp99 ms\tcold\t  route")
	for _, t := range append(s.Routes, s.All, s.Authorizer.tally) {
		fmt.Fprintf(table, "%d\t%d\t%.1f\t%d\t%.1f\t%.1f\t%.1f\t%d\t  %s\n",
			t.Count, t.Errors, 100*t.ErrorRate, t.ClientErrors, t.P50, t.P90, t.P99, t.ColdStarts, printable(t.Route))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	denied, reasons := sum(s.Authorizer.Denied, func(reason string) string { return printable(reason) })
	answers, statuses := sum(s.Gateway, strconv.Itoa)
	_, err := fmt.Fprintf(w, "\nauthorizer: %d allowed, %d denied%s\nanswered by API Gateway itself: %d%s\n",
		s.Authorizer.Allowed, denied, reasons, answers, statuses)
	return err
}

// sum adds counts up and lists them, the most frequent first.
func sum[K string | int](counts map[K]int, name func(K) string) (total int, list string) {
	var parts []string
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(name(a), name(b))
	})
	for _, key := range keys {
		total += counts[key]
		parts = append(parts, fmt.Sprintf("%s %d", name(key), counts[key]))
	}
	if len(parts) > 0 {
		list = " (" + strings.Join(parts, ", ") + ")"
	}
	return total, list
}
