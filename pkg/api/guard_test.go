//go:build !race

package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The race detector allocates on its own account, so this runs without it.
func TestGuardEdgeAllocations(t *testing.T) {
	assert.LessOrEqual(t, testing.AllocsPerRun(200, emptyHandler(t)), 40.0)
}
