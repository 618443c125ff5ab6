package main

import (
	"math"
	"slices"
	"time"
)

// quantile is the q-quantile of values, q from 0 to 1, interpolated between the
// two nearest; NaN of none.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// ratio is a/b, and NaN where b is nothing to compare with.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// fullCore is the memory size, in MB, at which Lambda gives a function one whole
// core (AWS Lambda developer guide, "Configure Lambda function memory").
const fullCore = 1769

// share is how much of a core a memory size has.
func share(mb int) float64 { return float64(mb) / fullCore }

// estimate follows a CPU quota for a process that runs without one: each time
// the process has used up the quota of a period it would wait for the next.
type estimate struct {
	share  float64
	period time.Duration
	used   time.Duration // of the quota of the current period
}

// wait is how much longer a request would take that used cpu, after a pause in
// which a whole period begins anew or none does.
func (e *estimate) wait(cpu, pause time.Duration) time.Duration {
	quota := time.Duration(e.share * float64(e.period))
	if quota <= 0 || quota >= e.period {
		return 0
	}
	if pause >= e.period {
		e.used = 0
	}
	e.used += cpu
	waits := e.used / quota
	e.used %= quota
	return waits * (e.period - quota)
}
