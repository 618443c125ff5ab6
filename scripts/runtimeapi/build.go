package runtimeapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// buildFlags are those of the deployed binaries (scripts/serverless/build.js).
var buildFlags = []string{"-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w"}

// Build compiles a function as it is deployed, but for this machine, and gives
// the binary. The package is named as in an import.
func Build(t testing.TB, pkg string) string {
	t.Helper()
	dependOnSources(t, pkg)
	binary := filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.Command("go", append(append([]string{"build", "-o", binary}, buildFlags...), pkg)...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// dependOnSources reads what the binary is made of. Go remembers a test's result
// as long as the test itself and the files that it has read are the same; it
// does not see what a compiler reads that the test starts.
func dependOnSources(t testing.TB, pkg string) {
	t.Helper()
	list := `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{.Module.Dir}}/go.mod{{"\n"}}{{.Module.Dir}}/go.sum{{"\n"}}{{end}}{{end}}`
	out, err := exec.Command("go", "list", "-deps", "-f", list, pkg).Output()
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.NotEmpty(t, files)
	for _, file := range files {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}
