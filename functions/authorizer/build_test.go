package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// buildFlags are those of the deployed binary.
var buildFlags = []string{"-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w"}

// build compiles this command as it is deployed.
func build(t *testing.T) string {
	t.Helper()
	dependOnSources(t)
	binary := filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.Command("go", append(append([]string{"build", "-o", binary}, buildFlags...), ".")...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// dependOnSources reads what the binary is made of. Go remembers a test's result
// as long as the test itself and the files that it has read are the same; it
// does not see what a compiler reads that the test starts.
func dependOnSources(t *testing.T) {
	t.Helper()
	list := `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`
	out, err := exec.Command("go", "list", "-deps", "-f", list, ".").Output()
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.NotEmpty(t, files)
	for _, file := range append(files, "../../go.mod", "../../go.sum") {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}
