package localaws

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counting is an installation that counts how often it is made.
func counting(root string) installation {
	return installation{
		what:     "the thing",
		lock:     filepath.Join(root, "thing.lock"),
		stamp:    filepath.Join(root, "thing.installed"),
		commands: [][]string{{"sh", "-c", "echo once >> count"}},
	}
}

func TestInstallDoesOnlyWhatIsToDo(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var out strings.Builder
	times := func() int {
		count, err := os.ReadFile(filepath.Join(root, "count"))
		require.NoError(t, err)
		return strings.Count(string(count), "once")
	}
	write(t, root, "thing.lock", "1")

	require.NoError(t, installAll(t.Context(), root, &out, counting(root)))
	require.NoError(t, installAll(t.Context(), root, &out, counting(root)))
	assert.Equal(t, 1, times(), "nothing to do the second time")
	assert.Equal(t, "installing the thing …\n", out.String())

	write(t, root, "thing.lock", "2")
	require.NoError(t, installAll(t.Context(), root, &out, counting(root)))
	assert.Equal(t, 2, times(), "another version")
}

func TestInstallSaysWhatFailedAndHowToGoOn(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, "thing.lock", "1")
	broken := counting(root)
	broken.commands = [][]string{{"sh", "-c", "echo no route to host; exit 7"}}

	err := installAll(t.Context(), root, &strings.Builder{}, broken)
	require.Error(t, err)
	for _, want := range []string{"install the thing", "exit status 7", "no route to host", "run the same command again"} {
		assert.ErrorContains(t, err, want)
	}
	assert.NoFileExists(t, broken.stamp)
}

// TestRequirementsAreLocked keeps an edit from adding a package without its hash:
// pip would then refuse to install any.
func TestRequirementsAreLocked(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("requirements.txt")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(data), "\\\n", "")
	packages := 0
	for line := range strings.Lines(text) {
		if strings.Contains(line, "==") {
			packages++
			assert.Contains(t, line, "--hash=sha256:")
		}
	}
	assert.Greater(t, packages, 10)
	assert.Contains(t, text, "ministack==1.5.33")
}
