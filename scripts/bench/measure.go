package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"time"

	"users-api/pkg/testing/runtimeapi"
)

// settle is the number of warm requests after each cold one that are not counted.
const settle = 10

// Units of a result.
const (
	initUnit    = "init-sec"
	initCPUUnit = "init-cpu-sec"
	coldUnit    = "cold-sec"   // initialization and first request
	warmUnit    = "warm-sec"   // median of the warm requests
	cpuUnit     = "cpu-sec/op" // CPU time of a warm request
)

var units = []string{initUnit, initCPUUnit, coldUnit, warmUnit, cpuUnit}

// measure starts every target once in each round, one after the other in random order.
// Round 0 is not counted: it warms up the table.
func (b *bench) measure(ctx context.Context, all []*target, rounds int, log io.Writer) error {
	order := slices.Clone(all)
	for round := range rounds + 1 {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, t := range order {
			values, err := b.coldStart(ctx, t)
			if err != nil {
				return fmt.Errorf("%s: %w", t.title(), err)
			}
			for unit, v := range values {
				if round > 0 {
					t.values[unit] = append(t.values[unit], v)
				}
			}
		}
		fmt.Fprintf(log, "round %d of %d\n", round, rounds)
	}
	return nil
}

// coldStart starts an instance and sends it a cold request and warm ones.
func (b *bench) coldStart(ctx context.Context, t *target) (values map[string]float64, err error) {
	warm, err := b.table.events(ctx, t.event, b.warm)
	if err != nil {
		return nil, err
	}
	env := slices.Concat(runtimeapi.Environment(t.name, b.memory), []string{"AWS_ENDPOINT_URL=" + b.endpoint}, b.trust, t.env)
	log := new(runtimeapi.Log)
	var f *runtimeapi.Function
	err = b.cpu.start(func() (err error) {
		f, err = runtimeapi.Start(t.binary, env, log)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = fmt.Errorf("%w\nIts log:\n%s", err, log.Text())
		}
	}()
	ready, err := f.AwaitIdle(ctx)
	if err != nil {
		return nil, err
	}
	initCPU, err := cpuTime(f.PID())
	if err != nil {
		return nil, err
	}
	if err := b.cpu.limit(f.PID(), b.memory); err != nil {
		return nil, err
	}
	// Only now, because setting the limit takes 10 ms, in which the table is idle.
	first, err := b.table.events(ctx, t.event, 1+settle)
	if err != nil {
		return nil, err
	}
	if values, err = send(ctx, f, append(first, warm...)); err != nil {
		return nil, err
	}
	init := ready.Sub(f.Started()).Seconds()
	values[initCPUUnit] = initCPU.Seconds()
	values[initUnit], values[coldUnit] = init, init+values[coldUnit]
	return values, nil
}

// success matches the answers that are worth measuring.
var success = regexp.MustCompile(`"statusCode":2|"Effect":"Allow"`)

// send sends events to an instance, one after the other. It returns the time of the first
// request as coldUnit, and the values of the warm requests. CPU time is counted until the
// function asks for its next event.
func send(ctx context.Context, f *runtimeapi.Function, events [][]byte) (map[string]float64, error) {
	walls := make([]float64, len(events))
	var settled time.Duration
	for n, e := range events {
		start := time.Now()
		answer, err := f.Invoke(ctx, e)
		walls[n] = time.Since(start).Seconds()
		if err == nil && !success.Match(answer) {
			err = fmt.Errorf("unsuccessful answer: %s", answer)
		}
		if err == nil {
			_, err = f.AwaitIdle(ctx)
		}
		if err == nil && n == settle {
			settled, err = cpuTime(f.PID())
		}
		if err != nil {
			return nil, err
		}
	}
	used, err := cpuTime(f.PID())
	warm := slices.Sorted(slices.Values(walls[1+settle:]))
	return map[string]float64{
		coldUnit: walls[0],
		warmUnit: warm[len(warm)/2],
		cpuUnit:  (used - settled).Seconds() / float64(len(warm)),
	}, err
}
