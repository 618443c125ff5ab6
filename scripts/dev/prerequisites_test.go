package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// machine makes a folder of programs, each a line of shell, and the few that the
// script itself needs.
func machine(t *testing.T, programs map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range programs {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
	}
	for _, name := range []string{"sed", "sort", "head"} {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(dir, name)))
	}
	return dir
}

func TestPrerequisitesNamesAllThatIsMissingAtOnce(t *testing.T) {
	t.Parallel()
	complete := map[string]string{
		"go": "echo go1.26.8", "node": "echo v20.20.2", "npm": "", "python3": "", "mvn": "", "ps": "", "cc": "",
		"java": `echo 'openjdk version "17.0.15" 2025-04-15' >&2`,
	}
	with := func(name, body string) map[string]string {
		programs := map[string]string{name: body}
		for other, b := range complete {
			if other != name {
				programs[other] = b
			}
		}
		return programs
	}
	tests := map[string]struct {
		purpose  string
		programs map[string]string
		want     []string
	}{
		"all there":     {"test", complete, nil},
		"nothing, dev":  {"dev", nil, []string{"Go 1.21", "Node.js 20", "Python 3.10"}},
		"nothing, test": {"test", nil, []string{"Go 1.21", "Node.js 20", "Python 3.10", "Java 17", "Maven", "procps", "C compiler"}},
		"proof":         {"proof", nil, []string{"Go 1.21", "Node.js 20", "Python 3.10", "procps"}},
		"old Go":        {"dev", with("go", "echo go1.19.8"), []string{"found 1.19.8"}},
		"old Node.js":   {"dev", with("node", "echo v18.1.0"), []string{"found 18.1.0"}},
		"old Python":    {"dev", with("python3", `case "$2" in *version_info*) exit 1;; esac; echo Python 3.9.2`), []string{"found Python 3.9.2"}},
		"no venv":       {"dev", with("python3", `case "$2" in *ensurepip*) exit 1;; esac`), []string{"python3-venv"}},
		"old Java":      {"test", with("java", `echo 'openjdk version "1.8.0_392"' >&2`), []string{"found 1.8.0_392"}},
		"no Java, dev":  {"dev", with("java", "exit 1"), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script, err := filepath.Abs("../prerequisites")
			require.NoError(t, err)
			cmd := exec.Command("/bin/sh", script, test.purpose)
			cmd.Env = []string{"PATH=" + machine(t, test.programs)}
			out, err := cmd.CombinedOutput()
			if len(test.want) == 0 {
				require.NoError(t, err, string(out))
				assert.Empty(t, string(out))
				return
			}
			require.Error(t, err)
			assert.Equal(t, len(test.want), strings.Count(string(out), "\n  - "), string(out))
			for _, want := range test.want {
				assert.Contains(t, string(out), want)
			}
		})
	}
}
