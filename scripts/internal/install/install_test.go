package install

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstallRunsOnceForEachPinnedVersion(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	pins := filepath.Join(root, "pins")
	tool := Tool{Name: "a tool", Pins: "pins", Dir: "tool", Script: "mkdir tool && echo >> runs"}
	for i, version := range []string{"1", "2"} {
		require.NoError(t, os.WriteFile(pins, []byte(version), 0o644))
		var processes sync.WaitGroup
		for range 4 {
			processes.Go(func() { assert.NoError(t, Install(t.Context(), root, new(strings.Builder), tool)) })
		}
		processes.Wait()
		runs, err := os.ReadFile(filepath.Join(root, "runs"))
		require.NoError(t, err)
		assert.Len(t, runs, i+1, "one installs, the others wait")
	}
}

func TestFailedInstallShowsTheOutputAndIsRepeated(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "pins"), nil, 0o644))
	tool := Tool{Name: "a tool", Pins: "pins", Dir: "tool", Script: "mkdir tool && echo no network && exit 1"}
	for range 2 {
		var out strings.Builder
		assert.ErrorContains(t, Install(t.Context(), root, &out, tool), "install a tool: mkdir tool && echo no network && exit 1: exit status 1\nno network")
		assert.Equal(t, "installing a tool …\n", out.String())
	}
}
