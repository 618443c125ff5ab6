package main

import (
	"context"
	"errors"
	"time"
)

// settle is how many warm requests pass before CPU time and allocations are
// counted.
const settle = 5

// sample is what one cold start and the warm requests after it took.
type sample struct {
	init     time.Duration // process start to the question for the first event
	initCPU  time.Duration
	first    time.Duration // the first request
	firstCPU time.Duration
	warm     []time.Duration
	cpu      time.Duration // per warm request
	memory   int64         // most that was resident, in bytes
}

// coldStart starts an instance, sends it its first request and some warm ones,
// and ends it.
func (b *bench) coldStart(ctx context.Context, t target, mb int) (s sample, err error) {
	events, err := b.events(ctx, t, 1+b.opts.warm)
	if err != nil {
		return sample{}, err
	}
	i, err := b.start(t, mb)
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	ready, err := i.awaitEvent(ctx)
	if err != nil {
		return sample{}, err
	}
	s.init = ready.Sub(i.started)
	if s.initCPU, err = cpuTime(i.cmd.Process.Pid); err != nil {
		return sample{}, err
	}
	if err := i.limiter.limit(share(mb), b.opts.period); err != nil {
		return sample{}, err
	}
	return s, b.requests(ctx, i, &s, mb, events)
}

// requests sends the events, the first of them as the cold start's.
func (b *bench) requests(ctx context.Context, i *instance, s *sample, mb int, events [][]byte) error {
	budget := estimate{share: share(mb), period: b.opts.period}
	var counted time.Duration
	for n, e := range events {
		_, wall, cpu, err := i.request(ctx, e)
		if err != nil {
			return err
		}
		if b.groups == nil {
			wall += budget.wait(cpu, b.opts.pause)
		}
		if n == 0 {
			s.first, s.firstCPU = wall, cpu
		} else {
			s.warm = append(s.warm, wall)
		}
		if n > settle {
			counted += cpu
		}
		if err := pause(ctx, b.opts.pause); err != nil {
			return err
		}
	}
	s.cpu = counted / time.Duration(len(events)-1-settle)
	var err error
	s.memory, err = peakMemory(i.cmd.Process.Pid)
	return err
}

// pause waits for d, or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// events makes n events for a target before its time is taken.
func (b *bench) events(ctx context.Context, t target, n int) ([][]byte, error) {
	var out [][]byte
	for range n {
		e, err := b.supply.next(ctx, t.event)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
