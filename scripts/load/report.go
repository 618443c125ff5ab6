package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
	"github.com/tsenart/vegeta/v12/lib/plot"

	"users-api/pkg/auth"
)

// report collects the results of a load test.
type report struct {
	all    metrics
	routes map[string]*metrics // such as "GET /users"
	plot   *plot.Plot
}

// metrics are those of one route, or of all.
type metrics struct {
	vegeta.Metrics     // its Errors are those of the unexpected answers
	unexpected     int // number of answers
}

func newReport() *report {
	return &report{routes: map[string]*metrics{}, plot: plot.New(plot.Title("latencies under load"), plot.Downsample(4000), plot.Label(routeOf))}
}

func routeOf(r *vegeta.Result) string { return r.Method + " " + r.URL }

func (r *report) add(result *vegeta.Result) {
	route := routeOf(result)
	if r.routes[route] == nil {
		r.routes[route] = &metrics{}
	}
	for _, m := range []*metrics{&r.all, r.routes[route]} {
		m.Add(result)
		if result.Error != "" {
			m.unexpected++
		}
	}
	_ = r.plot.Add(result) // fails for times out of order
}

// print prints the results of the API's routes, with the first unexpected answer of
// each. It returns an error unless there were answers and all of them were expected.
func (r *report) print(routes []auth.Route, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "route\trequests\tok\tunexpected\t429\t503\tp50\tp90\tp99\tmax")
	var unexpected string
	for _, route := range routes {
		name := route.Method + " " + route.Path
		m := r.routes[name]
		if m == nil {
			fmt.Fprintf(w, "%s\tno requests\n", name)
			continue
		}
		m.print(w, name)
		if m.unexpected > 0 {
			unexpected += fmt.Sprintf("unexpected: %s: %s\n", name, m.Errors[0])
		}
	}
	r.all.print(w, "all")
	w.Flush()
	fmt.Fprintf(out, "%ssent %.1f requests per second\n", unexpected, r.all.Rate)
	switch {
	case r.all.unexpected > 0:
		return fmt.Errorf("%d of %d answers were unexpected", r.all.unexpected, r.all.Requests)
	case r.all.ok() == 0:
		return errors.New("no request was successful")
	}
	return nil
}

func (m *metrics) print(w io.Writer, name string) {
	m.Close()
	percent := func(n int) string { return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(max(m.Requests, 1))) }
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, m.Requests,
		percent(m.ok()), percent(m.unexpected), percent(m.StatusCodes["429"]), percent(m.StatusCodes["503"]),
		ms(m.Latencies.P50), ms(m.Latencies.P90), ms(m.Latencies.P99), ms(m.Latencies.Max))
}

func (m *metrics) ok() int {
	return int(m.Requests) - m.unexpected - m.StatusCodes["429"] - m.StatusCodes["503"]
}

// draw writes the plot.
func (r *report) draw(file string, out io.Writer) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	r.plot.Close()
	_, err = r.plot.WriteTo(f)
	fmt.Fprintf(out, "plot: %s\n", file)
	return errors.Join(err, f.Close())
}
