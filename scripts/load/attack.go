package main

import (
	"context"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
	"github.com/tsenart/vegeta/v12/lib/plot"
)

// How many requests may be under way, to Amazon and to this machine, which starts
// a process for each. When answers take longer, the rate falls: the run says so.
const (
	maxAtOnce      = 1000
	maxAtOnceLocal = 50
)

func maxUnderWay(base string) int {
	if isLocal(base) {
		return maxAtOnceLocal
	}
	return maxAtOnce
}

// maxPoints is how many points of each route the plot shows.
const maxPoints = 4000

// attack sends requests at a rate until the time is over or the context ends, and
// waits for all answers.
func attack(ctx context.Context, m *mix, client *http.Client, o options, show *live) (*tally, *plot.Plot, error) {
	attacker := vegeta.NewAttacker(vegeta.Client(client), vegeta.MaxWorkers(uint64(maxUnderWay(o.url))))
	stop := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer stop()
	t := newTally()
	var current string // the line of the answer that is being drawn
	chart := plot.New(plot.Title("users-api under load"), plot.Downsample(maxPoints),
		plot.Label(func(*vegeta.Result) string { return current }))
	tick := time.NewTicker(show.every)
	defer tick.Stop()
	results := attacker.Attack(m.target, vegeta.ConstantPacer{Freq: o.rate, Per: time.Second}, o.duration, "load")
	show.begin()
	for {
		select {
		case r, more := <-results:
			if !more {
				show.end()
				chart.Close()
				return t, chart, nil
			}
			c, wrong := m.answered(r)
			t.add(c, r, wrong)
			current = label(c, r, wrong)
			if err := chart.Add(r); err != nil {
				return nil, nil, err
			}
		case <-tick.C:
			show.line(t)
		}
	}
}

// label is the line of the plot that an answer belongs to. The plot draws errors
// in red.
func label(c call, r *vegeta.Result, wrong string) string {
	if wrong == "" {
		return routes[c.kind.route()]
	}
	return routes[c.kind.route()] + " ERROR " + statusOf(r)
}
