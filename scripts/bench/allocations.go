package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// countedRequests is over how many requests allocations are averaged.
const countedRequests = 50

var mallocs = regexp.MustCompile(`bench-mallocs (\d+)`)

// countAllocations is how many objects on the heap a warm request makes, the
// loop of aws-lambda-go included.
func (b *bench) countAllocations(ctx context.Context, t target) (perRequest float64, err error) {
	events, err := b.events(ctx, t, settle+countedRequests)
	if err != nil {
		return 0, err
	}
	t.counting = true
	i, err := b.start(t, fullCore)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	if _, err := i.awaitEvent(ctx); err != nil {
		return 0, err
	}
	if err := i.serve(ctx, events[:settle]); err != nil {
		return 0, err
	}
	before, err := i.mallocs(ctx)
	if err != nil {
		return 0, err
	}
	if err := i.serve(ctx, events[settle:]); err != nil {
		return 0, err
	}
	after, err := i.mallocs(ctx)
	return float64(after-before) / countedRequests, err
}

func (i *instance) serve(ctx context.Context, events [][]byte) error {
	for _, e := range events {
		if _, _, _, err := i.request(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// mallocs asks a counting instance how many objects it has made.
func (i *instance) mallocs(ctx context.Context) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, invokeTimeout)
	defer cancel()
	i.logs.clear()
	if err := i.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return 0, err
	}
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-poll.C:
			if m := mallocs.FindStringSubmatch(i.logs.line("bench-mallocs")); m != nil {
				return strconv.ParseUint(m[1], 10, 64)
			}
		case <-ctx.Done():
			return 0, fmt.Errorf("no count of allocations: %w", context.Cause(ctx))
		}
	}
}
