package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

// newHarness lays out a sandbox with the lower yardstick in it.
func newHarness(t *testing.T) *sandbox {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	work := t.TempDir()
	c, err := newChain(tableHost)
	require.NoError(t, err)
	b, err := newBuilder(root, work, c.root)
	require.NoError(t, err)
	assert.Contains(t, b.replace, filepath.Join(root, "pkg/store/amazon-roots.pem"), "the bench's root stands in for Amazon's")
	s := &sandbox{root: filepath.Join(work, "root")}
	roots, err := systemBundle(c.root)
	require.NoError(t, err)
	require.NoError(t, s.layOut(roots))
	out := filepath.Join(s.root, taskDir(floorName), "bootstrap")
	require.NoError(t, b.build(t.Context(), "scripts/bench/"+floorName, out))
	require.NoError(t, b.buildCounting(t.Context(), "scripts/bench/"+floorName, filepath.Join(s.root, taskDir(floorName+countingSuffix), "bootstrap")))
	size, err := zipSize(out)
	require.NoError(t, err)
	info, err := os.Stat(out)
	require.NoError(t, err)
	assert.Less(t, size, info.Size())
	return s
}

func TestHarness(t *testing.T) {
	t.Parallel()
	s := newHarness(t)
	_ = s.enter(floorName) // where it may; else it runs outside
	for name, test := range map[string]func(*testing.T, *sandbox){
		"runs a function":                           runsAFunction,
		"counts allocations":                        countsAllocations,
		"shows the log of a function that ends":     showsTheLog,
		"holds a function to its share of the core": holdsToItsShare,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

func runsAFunction(t *testing.T, s *sandbox) {
	limits := map[string]limiter{"unlimited": unlimited{}}
	if groups, err := newCPUGroups(); err == nil {
		g, err := groups.newGroup()
		require.NoError(t, err)
		limits["limited"] = g
	}
	for name, l := range limits {
		t.Run(name, func(t *testing.T) {
			i, err := startInstance(s.command(floorName, environ(lambdaEnvironment(floorName, 128, ""))), l)
			require.NoError(t, err)
			pid := i.cmd.Process.Pid
			ready, err := i.awaitEvent(t.Context())
			require.NoError(t, err)
			assert.Positive(t, ready.Sub(i.started))
			require.NoError(t, l.limit(share(128), lambdaPeriod))

			body, wall, cpu, err := i.request(t.Context(), []byte(`{"httpMethod":"GET"}`))
			require.NoError(t, err)
			assert.Contains(t, string(body), `"statusCode":200`)
			assert.Positive(t, wall)
			assert.Positive(t, cpu)
			memory, err := peakMemory(pid)
			require.NoError(t, err)
			assert.Greater(t, memory, int64(1<<20))

			require.NoError(t, i.close())
			assert.NoFileExists(t, "/proc/"+strconv.Itoa(pid), "no process is left")
		})
	}
}

func countsAllocations(t *testing.T, s *sandbox) {
	i, err := startInstance(s.command(floorName+countingSuffix, environ(lambdaEnvironment(floorName, 128, ""))), unlimited{})
	require.NoError(t, err)
	defer func() { assert.NoError(t, i.close()) }()
	_, err = i.awaitEvent(t.Context())
	require.NoError(t, err)
	before, err := i.mallocs(t.Context())
	require.NoError(t, err)
	require.NoError(t, i.serve(t.Context(), [][]byte{[]byte(`{}`), []byte(`{}`)}))
	after, err := i.mallocs(t.Context())
	require.NoError(t, err)
	assert.Greater(t, after, before)
}

func showsTheLog(t *testing.T, s *sandbox) {
	cmd := s.command(floorName, nil)
	i, err := startInstance(cmd, unlimited{})
	require.NoError(t, err)
	_, err = i.awaitEvent(t.Context())
	require.NoError(t, err)
	require.NoError(t, i.api.close())
	_, err = i.awaitEvent(t.Context())
	assert.ErrorContains(t, err, "ended")
	_ = i.close()
}

func holdsToItsShare(t *testing.T, s *sandbox) {
	groups, err := newCPUGroups()
	if err != nil {
		t.Logf("no cgroup can be limited here, so the benchmark would estimate: %v", err)
		return
	}
	g, err := groups.newGroup()
	require.NoError(t, err)
	i, err := startInstance(s.command(floorName, environ(lambdaEnvironment(floorName, 128, ""))), g)
	require.NoError(t, err)
	defer func() { assert.NoError(t, i.close()) }()
	_, err = i.awaitEvent(t.Context())
	require.NoError(t, err)
	require.NoError(t, g.limit(0.1, lambdaPeriod))

	var used time.Duration
	began := time.Now()
	for used < 20*time.Millisecond {
		_, _, cpu, err := i.request(t.Context(), []byte(`{}`))
		require.NoError(t, err)
		used += cpu
	}
	assert.Greater(t, time.Since(began), 100*time.Millisecond, "20 ms of CPU at a tenth of a core take about 200")
}

func TestLeftOverIsWhatNoProcessOwns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own, err := os.MkdirTemp(dir, ownName("x-"))
	require.NoError(t, err)
	const noProcess = "4194304" // above the kernel's greatest id
	gone := filepath.Join(dir, "x-"+noProcess+"-1")
	for _, d := range []string{gone, filepath.Join(dir, "x-other"), filepath.Join(dir, "y-"+noProcess+"-1")} {
		require.NoError(t, os.Mkdir(d, 0o755))
	}
	assert.Equal(t, []string{gone}, leftOver(dir, "x-"))
	assert.DirExists(t, own)
}
