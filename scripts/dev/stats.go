package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"gonum.org/v1/gonum/stat"

	"users-api/pkg/auth"
	"users-api/scripts/internal/localaws"
)

// runFile is in the state folder and holds the events of this run of `make dev`.
const runFile = "run.jsonl"

// statsCommand shows what the running `make dev` has served.
func statsCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	asJSON := flags.Bool("json", false, "as one JSON object")
	return func(_ context.Context, ws workspace) error {
		if _, err := localaws.Running(ws.state); err != nil {
			return err
		}
		file, err := os.Open(filepath.Join(ws.state, runFile))
		if err != nil {
			return err
		}
		defer file.Close()
		s := readStats(file)
		if *asJSON {
			return json.NewEncoder(ws.out).Encode(s)
		}
		return s.write(ws.out)
	}
}

// readStats adds up a run file, whose last line may be half written.
func readStats(file io.Reader) *stats {
	s := &stats{Routes: []*tally{}}
	for decoder := json.NewDecoder(file); ; {
		var e event
		if decoder.Decode(&e) != nil {
			break
		}
		s.show(e)
	}
	for _, t := range s.Routes {
		t.summarize()
	}
	return s
}

// stats counts what a run has served.
type stats struct {
	URL    string    `json:"url"`
	Since  time.Time `json:"since"`
	Routes []*tally  `json:"routes"` // that were called, and API Gateway itself
}

// tally counts the answers of a route. Its times are those of the requests, including the
// time of the local AWS.
type tally struct {
	Route        string  `json:"route"`
	Count        int     `json:"count"`
	Errors       int     `json:"errors"`       // 5xx
	ClientErrors int     `json:"clientErrors"` // 4xx
	ColdStarts   int     `json:"coldStarts"`
	P50          float64 `json:"p50Ms"`
	P90          float64 `json:"p90Ms"`
	P99          float64 `json:"p99Ms"`

	durations []float64
}

// show counts an event.
func (s *stats) show(e event) {
	switch e.Kind {
	case ready:
		s.URL, s.Since = e.URL, e.Time
	case request:
		s.tally(routeOf(e.Function)).add(e)
	}
}

func routeOf(function string) string {
	for _, r := range auth.Routes() {
		if r.Function == function {
			return r.Method + " " + r.Path
		}
	}
	return "API Gateway"
}

func (s *stats) tally(route string) *tally {
	i := slices.IndexFunc(s.Routes, func(t *tally) bool { return t.Route == route })
	if i < 0 {
		i, s.Routes = len(s.Routes), append(s.Routes, &tally{Route: route})
	}
	return s.Routes[i]
}

func (t *tally) add(e event) {
	t.Count++
	switch e.Status / 100 {
	case 5:
		t.Errors++
	case 4:
		t.ClientErrors++
	}
	if e.Start == "cold" {
		t.ColdStarts++
	}
	t.durations = append(t.durations, e.Milliseconds)
}

// summarize computes the quantiles.
func (t *tally) summarize() {
	slices.Sort(t.durations)
	quantile := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, t.durations, nil) }
	t.P50, t.P90, t.P99 = quantile(0.5), quantile(0.9), quantile(0.99)
}

// write writes a table.
func (s *stats) write(w io.Writer) error {
	fmt.Fprintf(w, "%s since %s\n\n", s.URL, s.Since.Local().Format(time.TimeOnly))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "count\t5xx\t4xx\tp50 ms\tp90 ms\tp99 ms\tcold\t  route")
	for _, t := range s.Routes {
		fmt.Fprintf(table, "%d\t%d\t%d\t%.1f\t%.1f\t%.1f\t%d\t  %s\n", t.Count, t.Errors, t.ClientErrors, t.P50, t.P90, t.P99, t.ColdStarts, t.Route)
	}
	return table.Flush()
}
