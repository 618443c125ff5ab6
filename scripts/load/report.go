package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"users-api/pkg/auth"
)

// report has the results of a load test by route, such as "GET /users", and of all routes.
type report map[string]*metrics

// all is the key of the metrics of all routes.
const all = "all"

// metrics are those of one route, or of all.
type metrics struct {
	vegeta.Metrics     // its Errors are those of the unexpected answers
	unexpected     int // number of answers
}

func (r report) add(result *vegeta.Result) {
	for _, name := range []string{result.Method + " " + result.URL, all} {
		if r[name] == nil {
			r[name] = &metrics{}
		}
		r[name].Add(result)
		if result.Error != "" {
			r[name].unexpected++
		}
	}
}

// print prints the results by route, with the first unexpected answer of each, and the rate beside the
// wanted one. It returns an error unless there were answers and all of them were expected.
func (r report) print(rate int, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "route\trequests\tunexpected\t429\t503\tp50 ms\tp90\tp99\tmax")
	unexpected := ""
	for _, route := range auth.Routes() {
		name := route.Method + " " + route.Path
		m := r[name]
		m.print(w, name)
		if m != nil && m.unexpected > 0 {
			unexpected += fmt.Sprintf("unexpected: %s: %s\n", name, m.Errors[0])
		}
	}
	total := r[all]
	total.print(w, all)
	w.Flush()
	fmt.Fprintf(out, "%ssent %.1f of %d requests per second\n", unexpected, total.Rate, rate)
	switch {
	case total.unexpected > 0:
		return fmt.Errorf("%d of %d answers were unexpected", total.unexpected, total.Requests)
	case int(total.Requests) == total.StatusCodes["429"]+total.StatusCodes["503"]:
		return errors.New("no request was successful")
	}
	return nil
}

func (m *metrics) print(w io.Writer, name string) {
	if m == nil {
		fmt.Fprintf(w, "%s\tno requests\n", name)
		return
	}
	m.Close()
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d", name, m.Requests, m.unexpected, m.StatusCodes["429"], m.StatusCodes["503"])
	for _, latency := range []time.Duration{m.Latencies.P50, m.Latencies.P90, m.Latencies.P99, m.Latencies.Max} {
		fmt.Fprintf(w, "\t%.1f", latency.Seconds()*1000)
	}
	fmt.Fprintln(w)
}
