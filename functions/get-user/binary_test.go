package main

import (
	"os/exec"
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
	maxZipBytes    = 3_600_000
	maxPackages    = 300
)

func TestBinarySize(t *testing.T) {
	t.Parallel()
	size, zipped, err := runtimeapi.Sizes(runtimeapi.Build(t, "functions/get-user"))
	require.NoError(t, err)
	assert.LessOrEqual(t, size, maxBinaryBytes)
	assert.LessOrEqual(t, zipped, maxZipBytes)
}

func TestLinkedPackages(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc", ".").Output()
	require.NoError(t, err)
	packages := strings.Fields(string(out))
	assert.LessOrEqual(t, len(packages), maxPackages)
	for _, banned := range []string{"github.com/aws/aws-sdk-go-v2/config", "net/rpc", "testing", "text/template", "golang.org/x/sys/unix"} {
		assert.NotContains(t, packages, banned)
	}
}
