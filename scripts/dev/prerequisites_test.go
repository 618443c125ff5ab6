package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrerequisitesNamesAllThatIsMissing(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs("../prerequisites")
	require.NoError(t, err)
	complete := map[string]string{
		"go": "echo go1.26.8", "node": "echo v24.11.1", "npm": "", "python3": "echo Python 3.11.2", "mvn": "", "ps": "", "cc": "", "chromium": "",
		"java": `echo 'openjdk version "17.0.15" 2025-04-15' >&2`,
	}
	with := func(name, body string) map[string]string {
		programs := maps.Clone(complete)
		programs[name] = body
		return programs
	}
	tests := map[string]struct {
		purpose  string
		programs map[string]string // of the machine
		want     []string
		note     string
	}{
		"all there":     {purpose: "test", programs: complete},
		"nothing, dev":  {purpose: "dev", want: []string{"Go 1.21", "Node.js 20.19", "npm", "Python 3.10", "venv"}},
		"nothing, test": {purpose: "test", want: []string{"Go 1.21", "Node.js 20.19", "npm", "Python 3.11", "venv", "Java 17", "Maven", "procps", "C compiler", "apt-get install chromium"}},
		"old Go":        {purpose: "dev", programs: with("go", "echo go1.19.8"), want: []string{"found 1.19.8"}},
		"old Node.js":   {purpose: "dev", programs: with("node", "echo v18.1.0"), want: []string{"found 18.1.0"}},
		"Node.js 20":    {purpose: "dev", programs: with("node", "echo v20.20.2"), note: "install Node.js 24"},
		"old Python":    {purpose: "proof", programs: with("python3", "echo Python 3.9.2"), want: []string{"found 3.9.2"}},
		"no venv":       {purpose: "dev", programs: with("python3", `case "$2" in *venv*) exit 1;; esac; echo Python 3.11.2`), want: []string{"python3-venv"}},
		"old Java":      {purpose: "bench", programs: with("java", `echo 'openjdk version "1.8.0_392"' >&2`), want: []string{"found 1.8.0"}},
		"no Java, dev":  {purpose: "dev", programs: with("java", "exit 1")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("/bin/sh", script, test.purpose)
			cmd.Env = []string{"PATH=" + machine(t, test.programs)}
			out, err := cmd.CombinedOutput()
			assert.Equal(t, len(test.want) > 0, err != nil, string(out))
			assert.Equal(t, len(test.want), strings.Count(string(out), "\n  - "), string(out))
			for _, want := range append(test.want, test.note) {
				assert.Contains(t, string(out), want)
			}
			assert.Equal(t, test.note != "", strings.Contains(string(out), "note:"), string(out))
		})
	}
}

// machine is a folder of programs, each a line of shell, with those that the script itself needs.
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
