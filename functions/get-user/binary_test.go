package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
)

// The limits of the function's binary: a cold start reads all of it, and each linked package may
// initialize something.
const (
	maxBinaryBytes = 8_500_000
	maxZipBytes    = 3_400_000
	maxPackages    = 300
)

// TestBinary tests the deployed binary as Lambda runs it. tests/faults tests all of them on a table.
func TestBinary(t *testing.T) {
	t.Parallel()
	binary := runtimeapi.Build(t, "functions/get-user")
	t.Run("size", func(t *testing.T) { t.Parallel(); testSize(t, binary) })
	t.Run("misconfiguration", func(t *testing.T) { t.Parallel(); testMisconfiguration(t, binary) })
	t.Run("closed log", func(t *testing.T) { t.Parallel(); testClosedLog(t, binary) })
	t.Run("one CPU", func(t *testing.T) { t.Parallel(); testOneCPU(t, binary) })
}

func testSize(t *testing.T, binary string) {
	size, zipped, err := runtimeapi.Sizes(binary)
	require.NoError(t, err)
	assert.LessOrEqual(t, size, maxBinaryBytes)
	assert.LessOrEqual(t, zipped, maxZipBytes)
}

// A wrong configuration ends the process with one line that names every fault.
func testMisconfiguration(t *testing.T, binary string) {
	cmd := exec.Command(binary)
	cmd.Env = []string{"STAGE=a b", "CORS_ORIGINS=example.com", "AWS_ENDPOINT_URL=localhost", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1"}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, 1, cmd.ProcessState.ExitCode())
	assert.Equal(t, 1, strings.Count(string(out), "\n"), "%s", out)
	for _, variable := range []string{"SERVICE", "STAGE", "CORS_ORIGINS", "TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} {
		assert.Contains(t, string(out), variable)
	}
}

// A write to a closed pipe ends a process that does not ignore SIGPIPE.
func testClosedLog(t *testing.T, binary string) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	f := start(t, binary, writer)
	require.NoError(t, writer.Close())
	require.NoError(t, reader.Close())
	for range 3 {
		answer, err := f.Invoke(t.Context(), []byte("{}"))
		require.NoError(t, err)
		assert.Contains(t, string(answer), `"statusCode":401`)
	}
}

// All threads stay on one CPU (on Linux).
func testOneCPU(t *testing.T, binary string) {
	f := start(t, binary, io.Discard)
	_, err := f.AwaitIdle(t.Context())
	require.NoError(t, err)
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", f.PID()))
	require.NoError(t, err)
	cpus := map[string]bool{}
	for _, thread := range threads {
		status, err := os.ReadFile(thread)
		require.NoError(t, err)
		_, list, _ := strings.Cut(string(status), "Cpus_allowed_list:")
		list, _, _ = strings.Cut(list, "\n")
		assert.Regexp(t, `^\s*\d+$`, list)
		cpus[list] = true
	}
	assert.Equal(t, len(threads) > 0, len(cpus) == 1, "%v", cpus)
}

func start(t *testing.T, binary string, log io.Writer) *runtimeapi.Function {
	t.Helper()
	f, err := runtimeapi.Start(binary, append(runtimeapi.Environment("fn", 128), "SERVICE=example", "STAGE=test", "TABLE_NAME=users", "PRIME=off"), log)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return f
}

func TestLinkedPackages(t *testing.T) {
	t.Parallel()
	packages := runtimeapi.Packages(t, "functions/get-user")
	assert.LessOrEqual(t, len(packages), maxPackages)
	for _, banned := range []string{"github.com/aws/aws-sdk-go-v2/config", "net/rpc", "testing", "text/template", "golang.org/x/sys/unix"} {
		assert.NotContains(t, packages, banned)
	}
}
