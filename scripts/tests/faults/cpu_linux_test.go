package faults

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
)

// A function with one processor for Go has all its threads on one CPU.
func TestOneCPU(t *testing.T) {
	t.Parallel()
	bin := runtimeapi.Build(t, "functions/get-user")
	tb := newTable(t)
	u := tb.create()
	allCPUs := regexp.QuoteMeta(allowedCPUs(t, os.Getpid())[0])
	for processors, cpus := range map[string]string{"1": `\d+`, "2": allCPUs} {
		t.Run("GOMAXPROCS="+processors, func(t *testing.T) {
			f := tb.start(bin, endpoint, new(runtimeapi.Log), "GOMAXPROCS="+processors)
			assert.Equal(t, http.StatusOK, invoke(t, f, event(t, "get-user", u.ID)).StatusCode)
			threads := allowedCPUs(t, f.PID())
			require.NotEmpty(t, threads)
			for _, allowed := range threads {
				assert.Regexp(t, "^"+cpus+"$", allowed)
			}
		})
	}
}

// allowedCPUs says for each thread of a process on which CPUs it may run, as in
// proc_pid_status(5): "0-1".
func allowedCPUs(t *testing.T, pid int) []string {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	require.NoError(t, err)
	var all []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		_, after, _ := strings.Cut(string(text), "Cpus_allowed_list:")
		list, _, _ := strings.Cut(after, "\n")
		all = append(all, strings.TrimSpace(list))
	}
	return all
}
