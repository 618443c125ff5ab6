package dynamodblocal

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parentVariable makes the test binary a program that starts a server, prints its URL and never
// ends by itself.
const parentVariable = "DYNAMODBLOCAL_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parentVariable) != "" {
		s, err := Start(context.Background())
		if err != nil {
			panic(err)
		}
		fmt.Println(s.Endpoint)
		select {}
	}
	os.Exit(m.Run())
}

func answers(endpoint string) bool {
	resp, err := http.Get(endpoint)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil
}

func TestServerEndsWithClose(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context())
	require.NoError(t, err)
	assert.True(t, answers(s.Endpoint))
	s.Close()
	assert.False(t, answers(s.Endpoint))
	s.Close()
}

func TestServerEndsWhenItsParentIsKilled(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), parentVariable+"=1"), os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "the parent prints its server's URL")
	endpoint := lines.Text()
	require.True(t, answers(endpoint))

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	assert.Eventually(t, func() bool { return !answers(endpoint) }, 5*time.Minute, 20*time.Millisecond)
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
