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

func testReload(t *testing.T) {
	const file, replaced = "functions/get-user/saved.go", "replaced getUser in"
	target := "/users/" + create(t).ID
	save := func(body string) func() {
		return func() {
			tree.Write(t, file, "package main\n\nimport \"os\"\n\nfunc init() { os.Stderr.WriteString("+body+" }\n")
		}
	}
	serves := func() { call(t, get(target)).User(t, http.StatusOK) }

	afterwards(t, "message", replaced, save(`"saved once\n")`))
	serves()
	harness.Eventually(t, func() bool { return strings.Contains(dev.Out.Text(), "saved once") }, "the new code runs")

	afterwards(t, "error", file+":3:8: no required module provides package example.com/none", func() {
		tree.Write(t, file, "package main\n\nimport _ \"example.com/none\"\n")
	})
	serves()

	afterwards(t, "message", replaced, save(`"no table\n"); os.Exit(3)`))
	a := send(t, get(target)) // a function that does not start
	assert.Equal(t, http.StatusBadGateway, a.Status)
	assert.Contains(t, a.Body, "no table", "Amazon answers with the gateway response, in the one error shape")
	assert.Empty(t, a.Header.Get("Access-Control-Allow-Origin"), "Amazon sends it")

	afterwards(t, "message", replaced, func() { require.NoError(t, os.Remove(filepath.Join(tree.Dir, file))) })
	serves()

	afterwards(t, "message", "API Gateway keeps earlier decisions for authorizerTtl", func() {
		tree.Write(t, "functions/authorizer/saved.go", "package main\n\nfunc init() { println(\"saved once\") }\n")
	})
}

// testRestart ends `make dev` by Ctrl-C or by a kill, after which it cannot clean up, and starts it
// again.
func testRestart(t *testing.T) {
	kill := func(pid int) { require.NoError(t, syscall.Kill(pid, syscall.SIGKILL)) }
	for name, end := range map[string]func(){
		"Ctrl-C": func() {
			require.NoError(t, dev.Interrupt())
			assert.Empty(t, tree.Processes(t), "make waits for all processes that it started")
		},
		"make is killed": func() { kill(dev.Pid()) },
		"what make runs is killed": func() {
			child, err := strconv.Atoi(strings.TrimSpace(tree.Command(t, "pgrep", "-P", strconv.Itoa(dev.Pid())).Stdout.Text()))
			require.NoError(t, err)
			kill(child)
		},
	} {
		t.Run(name, func(t *testing.T) {
			kept := create(t)
			awaitLines(t)
			assert.NotEmpty(t, tree.Processes(t), "the search finds what runs")
			end()
			<-dev.Exited()
			harness.Eventually(t, func() bool { return len(tree.Processes(t)) == 0 }, "no process is left behind")

			startDev(t)
			assert.NotContains(t, dev.Out.Text(), "deploying", "nothing changed")
			assert.NotContains(t, dev.Out.Text(), "replaced", "nothing changed")
			assert.Equal(t, kept, call(t, get("/users/"+kept.ID)).User(t, http.StatusOK), "the state was saved")
		})
	}
}

func testPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	for want, args := range map[string][]string{
		"port " + port + " is in use by another program: end that one, or take another port with `make dev PORT=": {"dev", "PORT=" + port},
		"`make dev` is running in this checkout": {"dev", "PORT=0"},
		"end it first":                           {"reset"},
	} {
		_, err := tree.Run(t.Context(), nil, "make", args...)
		assert.ErrorContains(t, err, want)
	}
}

func testReset(t *testing.T) {
	require.NoError(t, dev.Interrupt())
	assert.NoFileExists(t, stateFile("env"), "which other commands of make use while it runs")
	tree.Command(t, "make", "reset")
	assert.NoDirExists(t, stateFile(""))
}
