package main

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	values := []float64{5, 1, 4, 2, 3}
	tests := []struct {
		name   string
		values []float64
		q      float64
		want   float64
	}{
		{"median of an odd number", values, 0.5, 3},
		{"median of an even number", []float64{1, 2, 10, 20}, 0.5, 6},
		{"least", values, 0, 1},
		{"greatest", values, 1, 5},
		{"between two", values, 0.9, 4.6},
		{"one value", []float64{7}, 0.99, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.InDelta(t, tt.want, quantile(tt.values, tt.q), 1e-9)
		})
	}
	assert.True(t, math.IsNaN(quantile(nil, 0.5)))
	assert.Equal(t, []float64{5, 1, 4, 2, 3}, values, "the caller's values stay in order")
}

func TestRatio(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 0.5, ratio(1, 2), 1e-9)
	assert.True(t, math.IsNaN(ratio(1, 0)))
}

func TestShare(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 0.0724, share(128), 1e-4)
	assert.InDelta(t, 1, share(1769), 1e-9)
	assert.Greater(t, share(3008), 1.0)
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	tests := []struct {
		name      string
		wall, cpu time.Duration
		share     float64
		want      time.Duration
	}{
		{"within the first quota", 3 * ms, 2 * ms, 0.1, 3 * ms},
		{"one wait", 12 * ms, 11 * ms, 0.1, 102 * ms},
		{"three waits", 40 * ms, 35 * ms, 0.1, 310 * ms},
		{"a whole core never waits", 40 * ms, 35 * ms, 1, 40 * ms},
		{"more than a core never waits", 40 * ms, 35 * ms, 1.7, 40 * ms},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, throttled(tt.wall, tt.cpu, tt.share, 100*ms))
		})
	}
}
