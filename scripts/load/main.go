// Command load puts an API under load: mixed requests to all routes, at a rate,
// for a time, from `make dev` on this machine to any deployed stage. It shows how
// it goes, prints what came of it by route, draws it, and deletes every user that
// it made.
//
// It ends with an error when an answer was not the one that the request calls
// for. Throttling (429) and a table that is away (503) are counted apart: what
// they mean depends on what was asked for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tsenart/vegeta/v12/lib/plot"

	"users-api/scripts/internal/progress"
)

// Bounds of a run.
const (
	maxRate     = 10_000
	maxDuration = time.Hour
	maxRequests = 5_000_000
)

type options struct {
	rate     int
	duration time.Duration
	url      string
	keep     bool
	plot     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A second Ctrl-C ends at once, and leaves the users.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.url, err = base(o.url); err != nil {
		return err
	}
	authorization, err := credential(o.url, os.Getenv("TOKEN"), o.duration)
	if err != nil {
		return err
	}
	return load(ctx, newMix(o.url, authorization), o, out)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.IntVar(&o.rate, "rate", 50, "requests per second")
	flags.DurationVar(&o.duration, "duration", 10*time.Second, "how long, such as 30s or 5m")
	flags.StringVar(&o.url, "url", "http://127.0.0.1:3000", "where the API is, without /users")
	flags.BoolVar(&o.keep, "keep", false, "leave the users that were made")
	flags.StringVar(&o.plot, "plot", filepath.Join(".build", "load.html"), "file for the plot")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	requests := float64(o.rate) * o.duration.Seconds()
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("load takes no argument %q: use `make load RATE=200 DURATION=30s`", flags.Arg(0))
	case o.rate < 1 || o.rate > maxRate:
		return o, fmt.Errorf("RATE=%d: must be from 1 to %d requests per second", o.rate, maxRate)
	case o.duration < time.Second || o.duration > maxDuration:
		return o, fmt.Errorf("DURATION=%s: must be from 1s to %s", o.duration, maxDuration)
	case requests > maxRequests:
		return o, fmt.Errorf("RATE=%d for DURATION=%s are %.0f requests, more than %d: lower one of them", o.rate, o.duration, requests, maxRequests)
	}
	return o, nil
}

// firstUsers is how many users are made for a rate: so many that requests seldom
// meet at one.
func firstUsers(rate int) int { return min(max(rate/2, 20), 200) }

func load(ctx context.Context, m *mix, o options, out io.Writer) (err error) {
	client := newClient()
	defer client.CloseIdleConnections()
	if err := m.check(ctx, client); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.leave(ctx, client, o, out)) }()
	if err := m.people(ctx, client, firstUsers(o.rate)); err != nil {
		return fmt.Errorf("make the first users: %w", err)
	}
	fmt.Fprintf(out, "%d/s for %s against %s\n", o.rate, o.duration, o.url)
	t, chart, err := attack(ctx, m, client, o, newLive(out))
	if err != nil {
		return err
	}
	fmt.Fprint(out, t.table())
	if note := shortfall(o, t.all.requests); note != "" && ctx.Err() == nil {
		fmt.Fprintln(out, note)
	}
	return errors.Join(draw(chart, o.plot, out), verdict(t))
}

// leave deletes the users of the run, or says that they are kept. It does so also
// when the run was stopped.
func (m *mix) leave(ctx context.Context, client *http.Client, o options, out io.Writer) error {
	users := m.pool.size()
	if o.keep {
		fmt.Fprintf(out, "kept %d users\n", users)
		return nil
	}
	shown := progress.Start(out, "deleting the users", users)
	left := m.cleanup(context.WithoutCancel(ctx), client, shown.Add)
	shown.Stop()
	if left.err == nil {
		fmt.Fprintf(out, "deleted all %d users\n", users)
		return nil
	}
	file := strings.TrimSuffix(o.plot, filepath.Ext(o.plot)) + "-left.txt"
	return errors.Join(
		fmt.Errorf("%d users could not be deleted, and %d more may be there: %w\nThe ids of the former are in %s", len(left.ids), left.unsure, left.err, file),
		write(file, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, strings.Join(left.ids, "\n"))
			return err
		}))
}

// shortfall says when the rate was not reached.
func shortfall(o options, requests int) string {
	rate := float64(requests) / o.duration.Seconds()
	if rate >= 0.95*float64(o.rate) {
		return ""
	}
	return fmt.Sprintf("the rate was %.0f/s, not %d/s: %d requests were waiting for their answers, or this machine is too slow", rate, o.rate, maxUnderWay(o.url))
}

func verdict(t *tally) error {
	switch {
	case t.all.unexpected > 0:
		return fmt.Errorf("%d of %d answers were unexpected", t.all.unexpected, t.all.requests)
	case t.all.ok() == 0:
		return errors.New("no request was successful")
	}
	return nil
}

// draw writes the plot.
func draw(chart *plot.Plot, file string, out io.Writer) error {
	err := write(file, func(w io.Writer) error { _, err := chart.WriteTo(w); return err })
	if err == nil {
		fmt.Fprintf(out, "plot: %s\n", file)
	}
	return err
}

func write(file string, content func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}
