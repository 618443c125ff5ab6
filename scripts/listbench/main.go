// Command listbench measures that a page of GET /users costs the same however many
// users there are, in time and in request units: it fills one DynamoDB Local with
// few users and another with many, and reads the first, the middle and the last
// page of both in turns.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"users-api/scripts/internal/progress"
)

// few is how many users the smaller table has.
const few = period

// Bounds of what may be asked for: ten million users take DynamoDB Local some
// 15 GB of memory.
const (
	maxUsers  = 10_000_000
	minRounds = 20
	maxRounds = 10_000
)

// warmUp is how many rounds are not counted: the engine's Java code gets faster.
const warmUp = 100

type options struct{ users, rounds, warmUp, atOnce int }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
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
	all, err := bench(ctx, o, out)
	if err != nil {
		return err
	}
	show(out, all)
	return verdict(all)
}

func parse(args []string) (options, error) {
	o := options{warmUp: warmUp}
	flags := flag.NewFlagSet("listbench", flag.ContinueOnError)
	flags.IntVar(&o.users, "n", 1_000_000, "how many users the larger table has")
	flags.IntVar(&o.rounds, "pages", 200, "how often each page is read")
	flags.IntVar(&o.atOnce, "at-once", 4, "how many batches are written at once")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("listbench takes no argument %q: use `make bench-list N=1000000`", flags.Arg(0))
	case o.users <= few || o.users > maxUsers || o.users%period != 0:
		return o, fmt.Errorf("the number of users, N=%d, must be a multiple of %d, above %d and up to %d", o.users, period, few, maxUsers)
	case o.rounds < minRounds || o.rounds > maxRounds:
		return o, fmt.Errorf("PAGES=%d: must be from %d to %d", o.rounds, minRounds, maxRounds)
	case o.atOnce < 1 || o.atOnce > 64:
		return o, fmt.Errorf("-at-once %d: must be from 1 to 64", o.atOnce)
	}
	return o, nil
}

func bench(ctx context.Context, o options, out io.Writer) (all []comparison, err error) {
	var subjects []*subject
	for _, users := range []int{few, o.users} {
		s, stop, err := fill(ctx, users, o.atOnce, out)
		if err != nil {
			return nil, err
		}
		defer stop()
		subjects = append(subjects, s)
	}
	small, large := subjects[0], subjects[1]
	shown := progress.Start(out, "rounds", o.warmUp+o.rounds)
	defer shown.Stop()
	if err := measure(ctx, subjects, o.warmUp, shown.Add); err != nil {
		return nil, err
	}
	small.forget()
	large.forget()
	if err := measure(ctx, subjects, o.rounds, shown.Add); err != nil {
		return nil, err
	}
	return compare(small, large), nil
}

// fill makes a table and says how long it took. stop ends its engine.
func fill(ctx context.Context, users, atOnce int, out io.Writer) (s *subject, stop func(), err error) {
	started := time.Now()
	shown := progress.Start(out, fmt.Sprintf("filling a table with %d users", users), users)
	server, client, err := newTable(ctx, users, atOnce, shown.Add)
	shown.Stop()
	if err != nil {
		return nil, nil, err
	}
	took := time.Since(started)
	fmt.Fprintf(out, "filled a table with %d users in %s (%.0f/s)\n", users, took.Round(100*time.Millisecond), float64(users)/took.Seconds())
	if s, err = newSubject(ctx, client, users); err != nil {
		return nil, nil, errors.Join(err, server.Close())
	}
	return s, func() {
		if err := server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}, nil
}
