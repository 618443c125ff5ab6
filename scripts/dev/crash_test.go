package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCrashesAreReadFromTheEmulatorsLog(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "emulator.log")
	write := func(text string) {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = f.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	const of = "2026-11-23 09:22:02 ERROR [lambda] Warm provided-runtime execution error for users-api-local-"
	write(of + `getUser: bootstrap exited during init with code 1: {"message":"of an earlier run"}` + "\n")
	r, err := newCrashReader(file)
	require.NoError(t, err)

	write("2026-11-23 09:22:02 INFO [lambda] something else\n" + of + `authorizer: bootstrap exited during init with code 1: {"level":"ERROR","mess`)
	lines, err := r.read()
	require.NoError(t, err)
	assert.Empty(t, lines, "the line is not whole yet")

	write(`age":"initialisation failed","error":"JWT_SECRET must hold at least 32 bytes"}` + "\n")
	lines, err = r.read()
	require.NoError(t, err)
	require.Len(t, lines, 1)
	assert.Equal(t, "authorizer", lines[0].Function)
	assert.Equal(t, "JWT_SECRET must hold at least 32 bytes", lines[0].Fields["error"])

	lines, err = r.read()
	require.NoError(t, err)
	assert.Empty(t, lines, "each is told once")
	require.NoError(t, os.Remove(file))
	_, err = r.read()
	assert.ErrorContains(t, err, "local AWS's log")
}
