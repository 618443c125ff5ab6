package localaws

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstall(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	lockFile, folder, count := filepath.Join(root, "lock"), filepath.Join(root, "thing"), filepath.Join(root, "count")
	run := func(version, command string) (string, error) {
		require.NoError(t, os.WriteFile(lockFile, []byte(version), 0o644))
		var out strings.Builder
		err := install(t.Context(), root, &out, "the thing", lockFile, folder, [][]string{{"mkdir", "-p", folder}, {"sh", "-c", command}})
		return out.String(), err
	}
	out, err := run("1", "echo once >> "+count)
	require.NoError(t, err)
	assert.Equal(t, "installing the thing …\n", out)
	out, err = run("1", "echo once >> "+count)
	require.NoError(t, err)
	assert.Empty(t, out, "it is there")
	_, err = run("2", "echo once >> "+count)
	require.NoError(t, err)
	text, err := os.ReadFile(count)
	require.NoError(t, err)
	assert.Equal(t, "once\nonce\n", string(text), "once for each version")

	for range 2 {
		_, err = run("3", "echo no route to host; exit 7")
		for _, want := range []string{"install the thing", "exit status 7", "no route to host", "run the same command again"} {
			assert.ErrorContains(t, err, want)
		}
	}
}
