// Command seed fills a table with made-up users, as many as are asked for, through
// the store that the functions use. The same users come out of every run, so that
// one that was stopped goes on where it was, and a second one adds nothing twice.
//
// It writes to the local AWS that `make dev` runs, or, where TABLE_NAME is set, to
// that table with the AWS configuration of the shell.
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

// Bounds of what may be asked for. A thousand million users would take a month.
const (
	maxUsers   = 1_000_000_000
	maxWorkers = 256
)

// manyLocally is how many users the emulator's DynamoDB lists within 0.2 s.
const manyLocally = 5000

// options say what to write.
type options struct {
	users, workers int
	seed           uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A second Ctrl-C ends at once.
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
	where, err := findTarget(ctx, o.workers)
	if err != nil {
		return err
	}
	return where.explain(seed(ctx, o, where, out))
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	flags.IntVar(&o.users, "n", 1000, "how many users there shall be")
	flags.Uint64Var(&o.seed, "seed", 0, "which users: another number gives others")
	flags.IntVar(&o.workers, "workers", 32, "how many are written at once")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("seed takes no argument %q: use `make seed N=100000`", flags.Arg(0))
	case o.users < 1 || o.users > maxUsers:
		return o, fmt.Errorf("the number of users, N=%d, must be from 1 to %d", o.users, maxUsers)
	case o.workers < 1 || o.workers > maxWorkers:
		return o, fmt.Errorf("WORKERS=%d: must be from 1 to %d", o.workers, maxWorkers)
	}
	return o, nil
}

// seed finds out where an earlier run was, goes on there, and says what it did.
func seed(ctx context.Context, o options, where target, out io.Writer) error {
	f := &filler{table: where.table, seed: o.seed, workers: o.workers, block: block}
	from, err := f.resume(ctx, o.users)
	if err != nil {
		return err
	}
	if from > 0 {
		fmt.Fprintf(out, "%s: going on behind %d users of an earlier run\n", where.name, from)
	}
	started := time.Now()
	shown := progress.Start(out, "users", o.users-from)
	f.done = shown.Add
	err = f.fill(ctx, from, o.users)
	shown.Stop()
	made, were := f.made.Load(), f.were.Load()
	took := time.Since(started)
	fmt.Fprintf(out, "%s: made %d users in %s (%s/s), found %d that were there\n",
		where.name, made, took.Round(100*time.Millisecond), progress.Rate(int(made), took), from+int(were))
	if where.local && o.users > manyLocally {
		fmt.Fprintln(out, "The local AWS looks at every user for each page of GET /users, a second for some 30,000 of them, and then answers 503.\nAmazon's does not. `make reset` removes them.")
	}
	if ctx.Err() != nil {
		return errors.New("stopped; the same command goes on where this one was")
	}
	return err
}
