package dynamodblocal

import (
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tests/e2e checks that a server ends when its parent is killed.
func TestServerEndsWithClose(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context())
	require.NoError(t, err)
	resp, err := http.Get(s.Endpoint)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	s.Close()
	_, err = http.Get(s.Endpoint)
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
	s.Close()
}

func TestFailedStartShowsWhatJavaWroteAndWhatIsNeeded(t *testing.T) {
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(bin+"/java", []byte("#!/bin/sh\necho UnsupportedClassVersionError; exit 1\n"), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	_, err := Start(t.Context())
	assert.ErrorContains(t, err, "exit status 1; java wrote:\nUnsupportedClassVersionError\n")
	assert.ErrorContains(t, err, "Java 17 or newer")

	t.Setenv("PATH", t.TempDir())
	_, err = Start(t.Context())
	assert.ErrorIs(t, err, exec.ErrNotFound)
	assert.ErrorContains(t, err, "apt-get install")

	t.Chdir(t.TempDir())
	_, err = Start(t.Context())
	assert.ErrorContains(t, err, "is not in the repository: run this in its folder")
}
