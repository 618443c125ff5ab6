package e2e

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// testReload saves files while `make dev` runs.
func testReload(t *testing.T) {
	const file, replaced = "functions/get-user/saved.go", "replaced getUser in"
	target := "/users/" + create(t).ID
	save := func(body string) func() {
		return func() {
			require.NoError(t, tree.Write(file, "package main\n\nimport \"os\"\n\nfunc init() { os.Stderr.WriteString("+body+" }\n"))
		}
	}
	serves := func() { call(t, get(target)).User(t, http.StatusOK) }

	afterwards(t, "message", replaced, save(`"saved once\n")`))
	serves()
	harness.Eventually(t, func() bool { return strings.Contains(dev.Out.Text(), "saved once") }, "the new code runs")

	afterwards(t, "error", file+":5:37: undefined: undefined", save(`undefined)`))
	serves()

	afterwards(t, "message", replaced, save(`"no table\n"); os.Exit(3)`))
	crashes(t, target)

	afterwards(t, "message", replaced, func() { require.NoError(t, os.Remove(filepath.Join(tree.Dir, file))) })
	serves()
}

// crashes shows a difference of the emulator's answer for a function that does not
// start. Amazon answers with the gateway response for it, in the one error shape and
// with the CORS headers.
func crashes(t *testing.T, target string) {
	t.Helper()
	a := send(t, get(target))
	assert.Equal(t, http.StatusBadGateway, a.Status)
	assert.Contains(t, a.Body, "no table", "Amazon keeps to itself what a function wrote")
	assert.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
}

// testRestart ends `make dev` with Ctrl-C and starts it again.
func testRestart(t *testing.T) {
	kept := create(t)
	assert.NotEmpty(t, processes(t), "the search finds what runs")
	require.NoError(t, dev.Interrupt())
	assert.Empty(t, processes(t), "Ctrl-C leaves no process behind")

	restart(t)
	assert.NotContains(t, dev.Out.Text(), "deploying", "nothing changed")
	assert.NotContains(t, dev.Out.Text(), "replaced", "nothing changed")
	assert.Equal(t, kept, call(t, get("/users/"+kept.ID)).User(t, http.StatusOK))
}

func restart(t *testing.T) {
	t.Helper()
	next, err := startDev()
	require.NoError(t, err)
	dev = next
}

func processes(t *testing.T) []string {
	t.Helper()
	found, err := tree.Processes()
	require.NoError(t, err)
	return found
}

// testKill kills what a developer may kill, which then cannot clean up.
func testKill(t *testing.T) {
	for name, victim := range map[string]func() int{
		"make":           func() int { return dev.Pid() },
		"what make runs": func() int { return childOf(t, dev.Pid()) },
	} {
		t.Run(name, func(t *testing.T) {
			kept := create(t)
			awaitLines(t)
			require.NoError(t, syscall.Kill(victim(), syscall.SIGKILL))
			<-dev.Exited()
			harness.Eventually(t, func() bool { return len(processes(t)) == 0 }, "no process is left behind")

			restart(t)
			assert.Equal(t, kept, call(t, get("/users/"+kept.ID)).User(t, http.StatusOK), "the state was saved")
		})
	}
}

// childOf is the one process that a process runs.
func childOf(t *testing.T, parent int) int {
	t.Helper()
	child, err := strconv.Atoi(strings.TrimSpace(command(t, "pgrep", "-P", strconv.Itoa(parent)).Stdout.Text()))
	require.NoError(t, err)
	return child
}

func testPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"port of another program": {[]string{"dev", "PORT=" + port}, `(?m)^port ` + port + ` is in use by another program: end that one, or take another port with .make dev PORT=\d+.$`},
		"second make dev":         {[]string{"dev", "PORT=0"}, "`make dev` is running already in this checkout"},
		"reset meanwhile":         {[]string{"reset"}, "end it first"},
	} {
		p, err := tree.Run(t.Context(), nil, "make", test.args...)
		assert.Error(t, err, name)
		assert.Regexp(t, test.want, p.Out.Text(), name)
	}
}
