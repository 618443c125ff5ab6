package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		done, total int
		elapsed     time.Duration
		want        string
	}{
		{"nothing yet", 0, 100, time.Second, "users: 0 of 100"},
		{"half", 500, 1000, 10 * time.Second, "users: 500 of 1000, 50/s, 10s left"},
		{"slow", 1, 10, 2 * time.Second, "users: 1 of 10, 0.5/s, 18s left"},
		{"all", 10, 10, time.Second, "users: 10 of 10, 10/s, 0s left"},
		{"no time at all", 10, 10, 0, "users: 10 of 10"},
	} {
		assert.Equal(t, tt.want, line("users", tt.done, tt.total, tt.elapsed), tt.name)
	}
}

func TestShortJobsSayNothingInAPipe(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := Start(&out, "users", 10)
	p.Add(4)
	p.Add(6)
	p.Stop()
	assert.Empty(t, out.String())
	assert.EqualValues(t, 10, p.done.Load())
}

func TestRateOfNoTime(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "-", Rate(1, 0))
}
