// Command seed fills a table with made-up users, through the store that the
// functions use. The same SEED gives the same users: a run finds by address those that
// the table has, and adds the others. So the same command continues a stopped run.
//
// It writes to the local AWS of `make dev` or, if TABLE_NAME is set, to that table with
// the AWS configuration of the shell.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/scripts/internal/progress"
)

type options struct {
	users, workers int
	seed           uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
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
	t, err := openTable(ctx, o.workers)
	if err != nil {
		return err
	}
	fmt.Fprint(out, t.warning(o.users))
	return seed(ctx, o, t, out)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	flags.IntVar(&o.users, "n", 1000, "number of made-up users that the table is to have")
	flags.Uint64Var(&o.seed, "seed", 0, "decides which users they are")
	flags.IntVar(&o.workers, "workers", 32, "number of users that are written at a time")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case o.users < 1 || o.users > 1_000_000_000:
		return o, fmt.Errorf("the number of users, N=%d, must be from 1 to 1000000000", o.users)
	case o.workers < 1 || o.workers > 256:
		return o, fmt.Errorf("WORKERS=%d: must be from 1 to 256", o.workers)
	}
	return o, nil
}

// seed fills the table and reports what it did, even when it fails.
func seed(ctx context.Context, o options, t table, out io.Writer) error {
	started, shown := time.Now(), progress.Start(out, "users", o.users)
	var made, found atomic.Int64
	err := t.fill(ctx, o, func(added bool) {
		if added {
			made.Add(1)
		} else {
			found.Add(1)
		}
		shown.Add(1)
	})
	shown.Stop()
	took := time.Since(started)
	fmt.Fprintf(out, "%s: made %d users in %s (%.0f/s), found %d that were there\n",
		t.label, made.Load(), took.Round(100*time.Millisecond), float64(made.Load())/took.Seconds(), found.Load())
	if ctx.Err() != nil {
		return errors.New("stopped: run the same command to continue")
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return fmt.Errorf("there is no %s: deploy it first (`make dev` for this machine, `make deploy` for Amazon), or correct TABLE_NAME", t.label)
	}
	return err
}
