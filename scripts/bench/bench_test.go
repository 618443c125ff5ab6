package main

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"

	"users-api/scripts/internal/repository"
)

// TestBench runs the whole bench with the smallest numbers, and this checkout as its own base.
func TestBench(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	raw, svg := filepath.Join(t.TempDir(), "raw.txt"), filepath.Join(t.TempDir(), "cold.svg")
	var table, log strings.Builder
	err = run(t.Context(), []string{"-n", "1", "-f", "updateUser,authorizer", "-base", root, "-raw", raw, "-svg", svg}, &table, &log)
	if isForbidden(t, err) {
		return
	}
	require.NoError(t, err)
	assert.Contains(t, log.String(), "round 1 of 1")
	for _, name := range []string{"floor", "conventional", "updateUser", "updateUser/base", "authorizer", "authorizer/base"} {
		assert.Regexp(t, `(?m)^ *`+name+` +128 +\d`, table.String())
	}
	assert.Contains(t, table.String(), "updateUser at 128 MB, from the base: cold ~ (p=1.000 n=1)")

	f, err := os.Open(raw)
	require.NoError(t, err)
	defer f.Close()
	results := 0
	for r := benchfmt.NewReader(f, raw); r.Scan(); results++ {
		result := r.Result().(*benchfmt.Result)
		init, _ := result.Value(initUnit)
		cold, _ := result.Value(coldUnit)
		assert.Positive(t, init)
		assert.Greater(t, cold, init)
	}
	assert.Equal(t, 6, results)
	plot, err := os.ReadFile(svg)
	require.NoError(t, err)
	require.NoError(t, xml.Unmarshal(plot, new(struct{})))
	assert.Contains(t, string(plot), "updateUser/base, 128 MB")
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
	t.Parallel()
	q, err := newQuota()
	if isForbidden(t, err) {
		return
	}
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	require.NoError(t, cmd.Start())
	require.NoError(t, q.limit(cmd.Process.Pid, minMemory))
	before, err := cpuTime(cmd.Process.Pid)
	require.NoError(t, err)
	began := time.Now()
	const cpu = 30 * time.Millisecond
	assert.Eventually(t, func() bool {
		now, err := cpuTime(cmd.Process.Pid)
		return err != nil || now-before > cpu
	}, time.Minute, time.Millisecond)
	assert.Greater(t, time.Since(began), 5*cpu, "a fourteenth of a CPU takes fourteen times as long")
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	assert.NoError(t, q.remove())
}

func newSeries(title string, cold ...float64) *series {
	s := &series{target: &target{title: title, size: 8e6, zip: 3e6}, memory: 128}
	for _, ms := range cold {
		s.results = append(s.results, &benchfmt.Result{Values: []benchfmt.Value{
			{Value: 2e-3, Unit: initUnit}, {Value: ms / 1e3, Unit: coldUnit}, {Value: 1e-3, Unit: warmUnit}, {Value: ms / 1e5, Unit: cpuUnit},
		}})
	}
	return s
}

func TestTable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, writeTable(&out, []*series{
		newSeries(floor, 4, 4, 4, 4, 4, 4), newSeries(conventional, 300, 300, 300, 300, 300, 300),
		newSeries("getUser", 9, 9, 10, 10, 11, 20), newSeries("getUser/base", 20, 21, 22, 23, 24, 25), newSeries("new", 9, 9, 9, 9, 9, 9),
	}))
	assert.Regexp(t, `getUser +128 +2\.0 +10\.0 +\d+\.\d +30\.0 +2\.50 +1\.00 +100 +100% +0\.03 +8\.00 +3\.00\n`, out.String())
	assert.Contains(t, out.String(), "getUser at 128 MB, from the base: cold -55.56% (p=0.004 n=6), CPU -55.56%")
	assert.NotContains(t, out.String(), "new at 128 MB")
	assert.Contains(t, out.String(), "Medians of 6\nrounds")
}
