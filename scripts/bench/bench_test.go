package main

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
	"users-api/scripts/internal/harness"
)

// TestBench runs the whole bench with the smallest numbers, and this checkout as its own base.
func TestBench(t *testing.T) {
	const root = "../.."
	raw, svg := filepath.Join(t.TempDir(), "raw.txt"), filepath.Join(t.TempDir(), "cold.svg")
	var out, log strings.Builder
	err := run(t.Context(), []string{"-n", "1", "-mem", "1769", "-base", root, "-raw", raw, "-svg", svg}, &out, &log)
	if isForbidden(t, err) {
		return
	}
	require.NoError(t, err)
	assert.Contains(t, log.String(), "round 1 of 1")
	functions, err := harness.Functions(root)
	require.NoError(t, err)
	titles := []string{floor, conventional}
	for name := range functions {
		titles = append(titles, name, name+"/base")
		assert.Regexp(t, `base +│ +this .*\n.* cold-sec .* vs base(.*\n)*Function/`+name+`/mb=1769 .*\(p=1\.000 n=1\)`, out.String())
	}
	for _, title := range titles {
		assert.Regexp(t, `(?m)^ *`+title+` +1769( +\d+\.?\d*){10}$`, out.String())
		assert.Contains(t, read(t, svg), title+", 1769 MB")
	}
	assert.NoError(t, xml.Unmarshal([]byte(read(t, svg)), new(struct{})))
	assert.Equal(t, len(titles), strings.Count(read(t, raw), "BenchmarkFunction/"))
}

// isForbidden reports whether this machine allows no quota.
func isForbidden(t *testing.T, err error) bool {
	t.Helper()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		assert.ErrorContains(t, err, "Run the bench as root")
		return true
	}
	return false
}

func TestQuota(t *testing.T) {
	c, err := newCPU()
	if isForbidden(t, err) {
		return
	}
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	require.NoError(t, c.start(cmd.Start))
	require.NoError(t, c.limit(cmd.Process.Pid, 128))
	began, used := time.Now(), 30*time.Millisecond
	before, err := cpuTime(cmd.Process.Pid)
	for now := before; err == nil && now < before+used; {
		now, err = cpuTime(cmd.Process.Pid)
	}
	require.NoError(t, err)
	assert.Greater(t, time.Since(began), 5*used, "a fourteenth of a CPU takes fourteen times as long")
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	assert.NoError(t, c.close())
}

func TestTable(t *testing.T) {
	t.Parallel()
	var all []*target
	for name, cold := range map[string]float64{floor: 0.004, conventional: 0.3, "getUser": 0.01} {
		all = append(all, &target{name: name, checkout: this, memory: 128, size: 8e6, zip: 3e6, values: map[string][]float64{
			initUnit: {0.002, 0.002, 0.002}, coldUnit: {2 * cold, cold, cold / 2}, warmUnit: {0.001}, cpuUnit: {cold / 100},
		}})
	}
	var out strings.Builder
	writeTable(all, &out)
	assert.Regexp(t, `getUser +128 +2\.0 +10\.0 +20\.0 +30\.0 +2\.50 +1\.00 +100 +0\.03 +8\.00 +3\.00\n`, out.String())
}

func TestOptions(t *testing.T) {
	t.Parallel()
	o, err := parseOptions([]string{"-f", "getUser,authorizer", "-n", "50", "-mem", "128,256", "-base", "/b", "-svg", "s", "-raw", "r"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, options{functions: []string{"getUser", "authorizer"}, rounds: 50, memory: []int{128, 256}, base: "/b", svg: "s", raw: "r"}, o)
	for args, want := range map[string]string{
		"-n 0": "-n must be at least 1", "getUser": "named with -f", "-mem small": "such as 128,256,512", "-mem 64": "from 128 to 10240",
	} {
		_, err := parseOptions(strings.Fields(args), io.Discard)
		assert.ErrorContains(t, err, want, args)
	}
}

func TestEventsHaveTheSizeOfAPIGateways(t *testing.T) {
	t.Parallel()
	e, err := runtimeapi.ReadEvent("../../functions/get-user")
	require.NoError(t, err)
	text, err := sign(e)
	require.NoError(t, err)
	assert.InDelta(t, 3000, len(text), 500)
}
