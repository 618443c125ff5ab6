// Package harness is shared by the tests of the whole: a copy of the working tree, commands that
// run in it, and a client of the API.
//
// Its tests work as a developer does: they edit sources, run commands, build and deploy. In the
// copy they do not disturb work in the repository.
package harness

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"users-api/scripts/internal/install"
	"users-api/scripts/internal/repository"
)

// Tree is a copy of the working tree.
type Tree struct {
	Dir string // without symbolic links in it
}

// copyTree is a shell script that copies the working folder, but for what git ignores. A copy shares
// what is installed.
const copyTree = `set -e
tar -cf - --exclude=./.git --exclude=./.build --exclude=./.local --exclude=./.serverless --exclude=./.aws-sam \
	--exclude=./.cache --exclude=./node_modules . | tar -xf - -C "$1"
ln -s "$PWD/.cache" "$PWD/node_modules" "$1"`

// CopyTree copies the working tree for a test. It installs the tools that a deployment needs, and
// more, if they are missing. The test fails if a process still runs at its end that names the copy in
// its command line, as the local AWS, the functions and the framework do.
func CopyTree(t testing.TB, more ...install.Tool) Tree {
	t.Helper()
	// The make that runs the tests must not share its flags, jobs and level with those that the tests run.
	require.NoError(t, errors.Join(os.Unsetenv("MAKEFLAGS"), os.Unsetenv("MAKELEVEL")))
	root, err := repository.Root()
	require.NoError(t, err)
	require.NoError(t, install.Install(t.Context(), root, os.Stderr, append(more, install.Framework, install.LocalAWS)...))
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	tree := Tree{dir}
	t.Cleanup(func() { assert.Empty(t, tree.Processes(t), "still running") })
	cmd := exec.Command("sh", "-c", copyTree, "sh", dir)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "copy the working tree: %s", out)
	return tree
}

// Processes are the ids and command lines of the processes that name the copy.
func (t Tree) Processes(tb testing.TB) []string {
	tb.Helper()
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	require.NoError(tb, err)
	lines := slices.Collect(strings.Lines(string(out)))
	return slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, t.Dir) })
}

// Write writes a file of the copy.
func (t Tree) Write(tb testing.TB, name, content string) {
	tb.Helper()
	require.NoError(tb, os.WriteFile(filepath.Join(t.Dir, name), []byte(content), 0o644))
}

// Read returns the text of a file of the copy.
func (t Tree) Read(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(t.Dir, name))
	require.NoError(tb, err)
	return string(text)
}

// Function is a function of serverless.yml.
type Function struct {
	Handler     string               // the folder of its source
	Environment map[string]yaml.Node // of which a deployment replaces what is not plain text
}

// Functions are the functions of serverless.yml in a folder, by name.
func Functions(root string) (map[string]Function, error) {
	data, err := os.ReadFile(filepath.Join(root, "serverless.yml"))
	if err != nil {
		return nil, err
	}
	var service struct{ Functions map[string]Function }
	err = yaml.Unmarshal(data, &service)
	return service.Functions, err
}
