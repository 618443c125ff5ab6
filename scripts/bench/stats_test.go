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

func TestEstimateOfAQuota(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	tests := []struct {
		name  string
		share float64
		pause time.Duration
		cpu   []time.Duration
		want  []time.Duration
	}{
		{"within the first quota", 0.1, 0, []time.Duration{9 * ms}, []time.Duration{0}},
		{"one wait", 0.1, 0, []time.Duration{11 * ms}, []time.Duration{90 * ms}},
		{"three waits", 0.1, 0, []time.Duration{35 * ms}, []time.Duration{270 * ms}},
		{"requests share a quota", 0.1, 0, []time.Duration{6 * ms, 6 * ms, 6 * ms}, []time.Duration{0, 90 * ms, 0}},
		{"a pause renews it", 0.1, 100 * ms, []time.Duration{6 * ms, 6 * ms}, []time.Duration{0, 0}},
		{"a whole core never waits", 1, 0, []time.Duration{350 * ms}, []time.Duration{0}},
		{"nor does more than one", 1.7, 0, []time.Duration{350 * ms}, []time.Duration{0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := estimate{share: tt.share, period: 100 * ms}
			for i, cpu := range tt.cpu {
				assert.Equal(t, tt.want[i], e.wait(cpu, tt.pause))
			}
		})
	}
}
