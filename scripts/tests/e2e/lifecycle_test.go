package e2e

import (
	"bufio"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testReload saves files while `make dev` runs.
func testReload(t *testing.T) {
	target := "/users/" + create(t).ID
	works := func() { call(t, request{method: "GET", target: target}).user(t, http.StatusOK) }

	mark := len(dev.out.events())
	edit(t, "functions/get-user/saved.go", "package main\n\nimport \"os\"\n\nfunc init() { os.Stderr.WriteString(\"saved once\\n\") }\n")
	said(t, mark, "message", "replaced getUser in")
	works()
	eventually(t, func() bool { return strings.Contains(dev.out.String(), "saved once") }, "the new code runs")

	mark = len(dev.out.events())
	edit(t, "functions/get-user/saved.go", "package main\n\nfunc init() { undefined() }\n")
	said(t, mark, "error", "functions/get-user/saved.go:3:15: undefined: undefined")
	works()

	mark = len(dev.out.events())
	edit(t, "functions/get-user/saved.go", "package main\n\nimport \"os\"\n\nfunc init() { os.Stderr.WriteString(\"no table\\n\"); os.Exit(3) }\n")
	said(t, mark, "message", "replaced getUser in")
	crashes(t, target)

	mark = len(dev.out.events())
	require.NoError(t, os.Remove(filepath.Join(checkout, "functions/get-user/saved.go")))
	said(t, mark, "message", "replaced getUser in")
	works()
}

// testRestart ends `make dev` with Ctrl-C and starts it again.
func testRestart(t *testing.T) {
	kept := create(t)
	require.NoError(t, dev.Interrupt())
	assert.Empty(t, leftovers(t), "Ctrl-C leaves no process behind")

	again(t)
	assert.NotContains(t, dev.out.String(), "deploying", "nothing changed")
	assert.NotContains(t, dev.out.String(), "replaced", "nothing changed")
	assert.Equal(t, kept, call(t, request{method: "GET", target: "/users/" + kept.ID}).user(t, http.StatusOK))
}

// again starts the next `make dev`, which the run ends with.
func again(t *testing.T) {
	t.Helper()
	started := time.Now()
	next, err := startDev()
	require.NoError(t, err)
	dev = next
	t.Logf("serving after %v", time.Since(started).Round(time.Millisecond))
}

// testKilled kills what a developer may kill, without a chance to clean up.
func testKilled(t *testing.T) {
	for name, victim := range map[string]func(*testing.T) int{
		"make": func(*testing.T) int { return dev.Pid() },
		"what make runs": func(t *testing.T) int {
			return childOf(t, dev.Pid())
		},
	} {
		t.Run(name, func(t *testing.T) {
			kept := create(t)
			allShown(t)
			require.NoError(t, syscall.Kill(victim(t), syscall.SIGKILL))
			eventually(t, func() bool { return len(leftovers(t)) == 0 }, "nothing is left")
			<-dev.Exited()

			again(t)
			assert.Equal(t, kept, call(t, request{method: "GET", target: "/users/" + kept.ID}).user(t, http.StatusOK), "the state was saved")
		})
	}
}

// childOf is the one process that a process runs.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	out, all, err := command(t, "ps", "-ax", "-o", "ppid=,pid=")
	require.NoError(t, err, all)
	for line := range strings.Lines(out) {
		if ids := strings.Fields(line); ids[0] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(ids[1])
			require.NoError(t, err)
			return pid
		}
	}
	require.FailNow(t, "make runs nothing")
	return 0
}

func testPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	_, all, err := command(t, "make", "dev", "PORT="+port)
	require.Error(t, err)
	first, err := bufio.NewReader(strings.NewReader(all)).ReadString('\n')
	require.NoError(t, err)
	assert.Regexp(t, `^port `+port+` is in use by another program: end that one, or take another port with .make dev PORT=\d+.\n$`, first)

	_, all, err = command(t, "make", "dev", "PORT=0")
	require.Error(t, err)
	assert.Contains(t, all, "`make dev` is running already in this checkout")
	_, all, err = command(t, "make", "reset")
	require.Error(t, err)
	assert.Contains(t, all, "end it first")
}
