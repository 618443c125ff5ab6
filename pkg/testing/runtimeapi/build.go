package runtimeapi

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// script compiles functions as they are deployed.
const script = "functions/build.sh"

// BuildCommand returns the command that compiles main packages of a module of a checkout as
// the checkout deploys them, but for this machine. The checkout is an absolute path, and the
// module a folder in it. The output is a file, or a folder for several packages. The arguments
// are packages, and before them other flags of go build.
func BuildCommand(checkout, module, output string, args ...string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{filepath.Join(checkout, script), "-o", output}, args...)...)
	cmd.Dir = filepath.Join(checkout, module)
	return cmd
}

// Packages returns the packages that a function is linked from.
func Packages(t testing.TB, function string) []string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root(), script))
	require.NoError(t, err)
	tags := regexp.MustCompile(`-tags (\S+)`).FindStringSubmatch(string(source))
	require.NotNil(t, tags)
	cmd := exec.Command("go", "list", "-deps", "-tags", tags[1], "./"+function)
	cmd.Dir = root()
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// Sizes returns the sizes in bytes of a binary and of the zip file that a deployment makes of it.
func Sizes(binary string) (size, zipped int, err error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return 0, 0, err
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, 0, err
	}
	if _, err := w.Write(program); err != nil {
		return 0, 0, err
	}
	err = z.Close()
	return len(program), packed.Len(), err
}

// Build compiles a function as it is deployed, but for this machine, and returns
// the binary. The function is named by its folder, such as "functions/get-user".
func Build(t testing.TB, function string) string {
	t.Helper()
	dependOnSources(t, function)
	binary := filepath.Join(t.TempDir(), "bootstrap")
	out, err := BuildCommand(root(), "", binary, "./"+function).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// dependOnSources opens the binary's sources, so that Go's test cache depends on
// them. Go caches a test's result as long as the files that the test itself has
// opened are the same; it does not see those that a child process opens.
func dependOnSources(t testing.TB, function string) {
	t.Helper()
	list := `{{if .Module}}{{if .Module.Main}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{.Module.Dir}}/go.mod{{"\n"}}{{.Module.Dir}}/go.sum{{"\n"}}{{end}}{{end}}`
	out, err := command("go", "list", "-deps", "-f", list, "./"+function).Output()
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.NotEmpty(t, files)
	files = append(files, filepath.Join(root(), script))
	for _, file := range files {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}

// command returns a command that runs in the root of the repository, where the
// product's own go.mod is.
func command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = root()
	return cmd
}

// root returns the root of the repository that this file is compiled from.
func root() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "..", "..")
}
