package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// atMost is how much longer a page of many users may take than one of few.
const atMost = 1.2

// comparison is one page of a small and of a large table.
type comparison struct{ small, large sample }

func (c comparison) ratio() float64 {
	return float64(c.large.quantile(0.5)) / float64(c.small.quantile(0.5))
}

func compare(small, large *subject) []comparison {
	var all []comparison
	for _, p := range pages {
		all = append(all, comparison{*small.samples[p], *large.samples[p]})
	}
	return all
}

// show prints the table of a comparison.
func show(out io.Writer, all []comparison) {
	fmt.Fprintf(out, "%-7s %5s %9s %6s %11s %10s %10s %7s\n", "page", "limit", "users", "calls", "read units", "median", "p90", "ratio")
	for _, c := range all {
		showSample(out, c.small, "")
		showSample(out, c.large, fmt.Sprintf("%.2f", c.ratio()))
	}
}

func showSample(out io.Writer, s sample, ratio string) {
	fmt.Fprintf(out, "%-7s %5d %9d %6d %11g %10s %10s %7s\n", s.place, s.limit, s.users, s.usage.Calls, s.usage.Read,
		milliseconds(s.quantile(0.5)), milliseconds(s.quantile(0.9)), ratio)
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// verdict is an error that names each page whose cost depends on how many users
// there are.
func verdict(all []comparison) error {
	var errs []error
	for _, c := range all {
		page := fmt.Sprintf("the %s page of %d", c.small.place, c.small.limit)
		if c.small.usage != c.large.usage {
			errs = append(errs, fmt.Errorf("%s: %+v with %d users, %+v with %d", page, c.small.usage, c.small.users, c.large.usage, c.large.users))
		}
		if r := c.ratio(); r > atMost {
			errs = append(errs, fmt.Errorf("%s takes %.2f times as long with %d users as with %d, more than %g (is the machine busy?)",
				page, r, c.large.users, c.small.users, atMost))
		}
	}
	return errors.Join(errs...)
}
