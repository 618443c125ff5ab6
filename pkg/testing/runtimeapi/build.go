package runtimeapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// buildFlags are those of the deployed binaries (scripts/serverless/build.js).
var buildFlags = []string{"-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w"}

// Build compiles a function as it is deployed, but for this machine, and gives
// the binary. The function is named by its folder, such as "functions/get-user".
func Build(t testing.TB, function string) string {
	t.Helper()
	dependOnSources(t, function)
	binary := filepath.Join(t.TempDir(), "bootstrap")
	cmd := goCommand(append(append([]string{"build", "-o", binary}, buildFlags...), "./"+function)...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// dependOnSources reads what the binary is made of. Go remembers a test's result
// as long as the test itself and the files that it has read are the same; it
// does not see what a compiler reads that the test starts.
func dependOnSources(t testing.TB, function string) {
	t.Helper()
	list := `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{.Module.Dir}}/go.mod{{"\n"}}{{.Module.Dir}}/go.sum{{"\n"}}{{end}}{{end}}`
	out, err := goCommand("list", "-deps", "-f", list, "./"+function).Output()
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.NotEmpty(t, files)
	for _, file := range files {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}

// goCommand runs the go command in the root of the repository that this file is
// compiled from: there the functions are built by the product's own go.mod.
func goCommand(args ...string) *exec.Cmd {
	_, here, _, _ := runtime.Caller(0)
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(filepath.Dir(here), "..", "..", "..")
	return cmd
}
