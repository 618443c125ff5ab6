package main

import (
	"context"
	"fmt"
	"sort"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/user"
	"users-api/scripts/internal/people"
)

// block is how many users are finished before the next ones are begun: when a
// user is there, so is everyone of the blocks before. A run that was stopped is
// found by that, and does no more than a block again.
const block = 1000

// How long to go on with a user where the table throttles or is away, beyond the
// store's own tries: half a minute.
const (
	maxTries  = 8
	firstWait = 250 * time.Millisecond
	tryTime   = 15 * time.Second // of one try
)

// table is what is needed of the store.
type table interface {
	Create(context.Context, user.Input, store.Idempotency) (user.User, error)
	FindByEmail(context.Context, string) ([]user.User, error)
}

// filler writes the users of a seed.
type filler struct {
	table   table
	seed    uint64
	workers int
	block   int
	done    func(int) // told of each user that is there

	made, were atomic.Int64 // users that were added, and that were there before
}

// resume gives the number of the first user that an earlier run may not have
// written, of total.
func (f *filler) resume(ctx context.Context, total int) (int, error) {
	var failed error
	blocks := (total + f.block - 1) / f.block
	begun := sort.Search(blocks, func(i int) bool {
		there, err := f.there(ctx, i*f.block)
		if err != nil {
			failed = err
		}
		return !there
	})
	return max(0, begun-1) * f.block, failed // the last one that was begun may have holes
}

func (f *filler) there(ctx context.Context, number int) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	found, err := f.table.FindByEmail(ctx, people.At(f.seed, number).Email)
	return len(found) > 0, err
}

// fill writes the users from one number up to another, block by block. It ends
// with the first error, or with the context.
func (f *filler) fill(ctx context.Context, from, to int) error {
	for ; from < to; from += f.block {
		workers, blockCtx := errgroup.WithContext(ctx)
		workers.SetLimit(f.workers)
		for number := from; number < min(from+f.block, to) && blockCtx.Err() == nil; number++ {
			workers.Go(func() error { return f.write(blockCtx, number) })
		}
		if err := workers.Wait(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// write adds one user, or finds that it is there: nobody else has its address.
func (f *filler) write(ctx context.Context, number int) error {
	for try := 1; ; try++ {
		err := f.try(ctx, number)
		if err == nil {
			f.done(1)
			return nil
		}
		kind := apperr.KindOf(err)
		if ctx.Err() != nil || try == maxTries || kind != apperr.Unavailable && kind != apperr.Timeout {
			return fmt.Errorf("user %d: %w", number, err)
		}
		if err := wait(ctx, firstWait<<(try-1)); err != nil {
			return err
		}
	}
}

func (f *filler) try(ctx context.Context, number int) error {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	_, err := f.table.Create(ctx, people.At(f.seed, number), store.Idempotency{})
	switch {
	case err == nil:
		f.made.Add(1)
	case apperr.KindOf(err) == apperr.Conflict:
		f.were.Add(1)
		return nil
	}
	return err
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
