package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"
	"gonum.org/v1/gonum/stat"

	"users-api/pkg/testing/runtimeapi"
)

// Warm requests after each cold one. Those that settle are not counted.
const (
	settle       = 10
	warmRequests = 40
)

// series is a target at a memory size with its results, whose values are in the units below.
type series struct {
	*target
	memory  int // MB
	results []*benchfmt.Result
}

// Units of a result.
const (
	initUnit = "init-sec"
	coldUnit = "cold-sec"   // initialization and first request
	warmUnit = "warm-sec"   // median of the warm requests
	cpuUnit  = "cpu-sec/op" // CPU time of a warm request
	sizeUnit = "binary-B"
	zipUnit  = "zip-B"
)

// measure starts every target at every memory size once in each round, one after the
// other in random order. Round 0 is not counted: it warms up the table.
func (b *bench) measure(ctx context.Context, targets []*target) ([]*series, error) {
	var all []*series
	for _, t := range targets {
		for _, mb := range b.memory {
			all = append(all, &series{target: t, memory: mb})
		}
	}
	order := slices.Clone(all)
	for round := range b.rounds + 1 {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, s := range order {
			result, err := b.coldStart(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("%s at %d MB: %w", s.title, s.memory, err)
			}
			if round > 0 {
				s.results = append(s.results, result)
			}
		}
		fmt.Fprintf(b.log, "round %d of %d\n", round, b.rounds)
	}
	return all, nil
}

// coldStart starts an instance and sends it a cold request and warm ones.
func (b *bench) coldStart(ctx context.Context, s *series) (_ *benchfmt.Result, err error) {
	events := make([][]byte, 1+settle+warmRequests)
	for n := range events {
		if events[n], err = s.event(ctx, s.testEvent); err != nil {
			return nil, err
		}
	}
	env := slices.Concat(lambdaEnvironment(s.title, s.memory, b.endpoint), b.trust, s.env) // the last value of a variable counts
	log := new(runtimeapi.Log)
	var i instance
	err = b.cpus.onFunctions(func() (err error) {
		i.Function, err = runtimeapi.Start(s.binary, env, log)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err = errors.Join(err, i.Close()); err != nil {
			err = fmt.Errorf("%w\nIts log:\n%s", err, log.Text())
		}
	}()
	ready, err := i.AwaitIdle(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.quota.limit(i.PID(), s.memory); err != nil {
		return nil, err
	}
	return s.send(ctx, i, ready.Sub(i.Started()), events)
}

// send sends the events to an instance that took init to initialize, and returns the result.
func (s *series) send(ctx context.Context, i instance, init time.Duration, events [][]byte) (*benchfmt.Result, error) {
	first, _, err := i.requests(ctx, events[:1])
	if err != nil {
		return nil, err
	}
	if _, _, err := i.requests(ctx, events[1:1+settle]); err != nil {
		return nil, err
	}
	warm, cpu, err := i.requests(ctx, events[1+settle:])
	values := []benchfmt.Value{
		{Value: init.Seconds(), Unit: initUnit},
		{Value: (init + first).Seconds(), Unit: coldUnit},
		{Value: warm.Seconds(), Unit: warmUnit},
		{Value: cpu.Seconds(), Unit: cpuUnit},
		{Value: float64(s.size), Unit: sizeUnit},
		{Value: float64(s.zip), Unit: zipUnit},
	}
	return &benchfmt.Result{Name: fmt.Appendf(nil, "Function/%s/mb=%d", s.title, s.memory), Iters: 1, Values: values}, err
}

// instance is a running function.
type instance struct{ *runtimeapi.Function }

// success matches the answers that are worth measuring.
var success = regexp.MustCompile(`"statusCode":2|"Effect":"Allow"`)

// requests sends events, one after the other. It returns the median of the times
// until the answers, and the mean CPU time until the function asks for the next.
func (i instance) requests(ctx context.Context, events [][]byte) (wall, cpu time.Duration, err error) {
	before, err := cpuTime(i.PID())
	if err != nil {
		return 0, 0, err
	}
	walls := make([]float64, len(events))
	for n, e := range events {
		start := time.Now()
		answer, err := i.Invoke(ctx, e)
		walls[n] = float64(time.Since(start))
		if err == nil && !success.Match(answer) {
			err = fmt.Errorf("unsuccessful answer: %s", answer)
		}
		if err == nil {
			_, err = i.AwaitIdle(ctx)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	after, err := cpuTime(i.PID())
	slices.Sort(walls)
	return time.Duration(stat.Quantile(0.5, stat.Empirical, walls, nil)), (after - before) / time.Duration(len(events)), err
}
