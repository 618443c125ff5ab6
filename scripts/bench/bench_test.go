package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
	"users-api/scripts/internal/harness"
)

// TestBench runs the whole bench with the smallest numbers, this checkout as its own base, and
// without the yardstick in Rust, which takes minutes to build.
func TestBench(t *testing.T) {
	const root = "../.."
	var out, log strings.Builder
	err := run(t.Context(), []string{"-n", "1", "-warm", "1", "-mem", "1769", "-base", root, "-cargo", "no-cargo"}, &out, &log)
	if isForbidden(t, err) {
		return
	}
	require.NoError(t, err)
	assert.Contains(t, log.String(), "round 1 of 1")
	assert.Contains(t, log.String(), `leaving out the yardstick in Rust: exec: "no-cargo"`)
	functions, err := harness.Functions(root)
	require.NoError(t, err)
	titles := []string{floor, conventional}
	for name := range functions {
		titles = append(titles, name, name+"/base")
		assert.Regexp(t, `base +│ +this .*\n.* cold-sec .* vs base(.*\n)*Function/`+name+` .*\(p=1\.000 n=1\)`, out.String())
	}
	for _, title := range titles {
		assert.Regexp(t, `(?m)^\| `+title+` *( \| (1/)?\d+\.?\d*( ms| µs| MB)? *){9}\|$`, out.String())
	}
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
	require.NoError(t, errors.Join(err, leaveLastCPU()))
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	require.NoError(t, c.start(cmd.Start))
	assert.Regexp(t, fmt.Sprintf(`Cpus_allowed_list:\s+0-%d\n`, runtime.NumCPU()-1), read(t, fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)))
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
	for name, cold := range map[string]float64{conventional: 0.3, rust: 0.9, "getUser": 0.01} {
		all = append(all, &target{name: name, checkout: this, zip: 3e6, values: map[string][]float64{
			initUnit: {0.002, 0.002, 0.002}, initCPUUnit: {0.001}, coldUnit: {2 * cold, cold, cold / 2}, warmUnit: {0.001}, cpuUnit: {cold / 100},
		}})
	}
	var out strings.Builder
	writeTable(all, &out)
	assert.Regexp(t, `\| getUser +\| 2\.0 ms \| 1\.0 ms +\| 10\.0 ms +\| 20\.0 ms +\| 1/30\.0 +\| 1\.0 ms +\| 100 µs +\| 0\.03 +\| 3\.00 MB +\|\n`, out.String())
}

func TestOptions(t *testing.T) {
	t.Parallel()
	o, err := parseOptions(strings.Fields("-f getUser,authorizer -n 50 -mem 256 -base /b"))
	require.NoError(t, err)
	assert.Equal(t, []any{[]string{"getUser", "authorizer"}, 50, 256, checkout{base, "/b"}}, []any{o.functions, o.rounds, o.memory, o.checkouts[1]})
	for args, want := range map[string]string{"-n 0": "-n and -warm must be at least 1", "getUser": "named with -f", "-mem 64": "-mem at least 128"} {
		_, err := parseOptions(strings.Fields(args))
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
