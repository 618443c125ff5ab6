package runtimeapi

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BuildCommand returns the command that compiles main packages of the module in dir as
// they are deployed (scripts/serverless/build.js), but for this machine. The output is
// a file, or a folder for several. The arguments are packages, and before them other
// flags of go build.
func BuildCommand(dir, output string, args ...string) *exec.Cmd {
	flags := []string{"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", output}
	cmd := exec.Command("go", append(flags, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0")
	return cmd
}

// ZipSize returns the size of the zip file that a deployment makes of a binary.
func ZipSize(binary string) (int, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return 0, err
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(program); err != nil {
		return 0, err
	}
	err = z.Close()
	return packed.Len(), err
}

// Build compiles a function as it is deployed, but for this machine, and returns
// the binary's path. The function is named by its folder, such as
// "functions/get-user".
func Build(t testing.TB, function string) string {
	t.Helper()
	dependOnSources(t, function)
	binary := filepath.Join(t.TempDir(), "bootstrap")
	out, err := BuildCommand(root(), binary, "./"+function).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// dependOnSources reads the sources of a binary. Go caches a test's result as long
// as the test and the files that it has read stay the same; it does not see what
// the compiler reads.
func dependOnSources(t testing.TB, function string) {
	t.Helper()
	list := `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{.Module.Dir}}/go.mod{{"\n"}}{{.Module.Dir}}/go.sum{{"\n"}}{{end}}{{end}}`
	cmd := exec.Command("go", "list", "-deps", "-f", list, "./"+function)
	cmd.Dir = root()
	out, err := cmd.Output()
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.NotEmpty(t, files)
	for _, file := range files {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}

// root is the folder of the repository that this file is compiled from: there the
// functions are built by the product's own go.mod.
func root() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "..", "..")
}
