//go:build !race

package boot

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The race detector allocates too, so this test runs without it.
func TestEdgeAllocations(t *testing.T) {
	assert.LessOrEqual(t, testing.AllocsPerRun(200, emptyHandler(t)), 40.0)
}
