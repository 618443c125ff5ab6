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
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"users-api/scripts/internal/cli"
	"users-api/scripts/internal/fakeuser"
)

// workers is how many users are written at a time: as many as the connections that the SDK keeps.
const workers = 10

func main() { cli.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("seed", flag.ContinueOnError)
	users := flags.Int("n", 1000, "number of made-up users that the table is to have")
	seed := flags.Uint64("seed", 0, "decides which users they are")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *users < 1 || *users > 1_000_000_000 {
		return fmt.Errorf("the number of users, N=%d, must be from 1 to 1000000000", *users)
	}
	t, err := openTable(ctx)
	if err != nil {
		return err
	}
	fmt.Fprint(out, t.warning(*users))
	return t.fill(ctx, *seed, *users, out)
}

// fill adds the missing users. It stops at the first error and when ctx ends, and reports what it
// did in any case.
func (t table) fill(ctx context.Context, seed uint64, users int, out io.Writer) error {
	started := time.Now()
	var made, found atomic.Int64
	group, writing := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for number := 0; number < users && writing.Err() == nil; number++ {
		if number > 0 && number%1000 == 0 {
			fmt.Fprintf(out, "%d of %d users\n", number, users)
		}
		group.Go(func() error {
			added, err := t.ensure(writing, fakeuser.At(seed, number))
			switch {
			case err != nil:
				return fmt.Errorf("user %d: %w", number, err)
			case added:
				made.Add(1)
			default:
				found.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
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
