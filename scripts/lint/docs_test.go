package lint

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	link        = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)             // to a file, not to a URL
	makeCommand = regexp.MustCompile("(?m)(?:^|[`(]|\\$ )make ([a-z][a-z-]*)") // in code, not in prose
	makeTarget  = regexp.MustCompile(`(?m)^([a-z-]+):`)
	program     = regexp.MustCompile(`\tcheck (\S+) (?:"\$\{\w+:-)?([\d.]+)`) // and its oldest version
)

// TestDocsNameWhatExists checks the links to files and the commands of make in all
// documents but the changelog, which also has what was removed.
func TestDocsNameWhatExists(t *testing.T) {
	t.Parallel()
	targets := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(readFile(t, "../../Makefile"), -1) {
		targets[m[1]] = true
	}
	docs, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, docs)
	for _, path := range append(docs, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md") {
		text := readFile(t, path)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, m[1])
			}
		}
		for _, m := range makeCommand.FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s has the command make %s, which the Makefile does not have", path, m[1])
			}
		}
	}
}

// TestDocsNameThePrerequisites compares the programs, with their versions, that scripts/prerequisites
// looks for with those in the documents.
func TestDocsNameThePrerequisites(t *testing.T) {
	t.Parallel()
	checked := program.FindAllStringSubmatch(readFile(t, "../prerequisites"), -1)
	require.NotEmpty(t, checked)
	for _, path := range []string{"../../README.md", "../../CONTRIBUTING.md"} {
		for _, m := range checked {
			if text := strings.Join(strings.Fields(readFile(t, path)), " "); !strings.Contains(text, m[1]+" "+m[2]) {
				t.Errorf("scripts/prerequisites requires %s %s, %s does not say so", m[1], m[2], path)
			}
		}
	}
}

// TestOperationsHasTheConfiguration checks that docs/operations.md describes every
// parameter and every environment variable of serverless.yml.
func TestOperationsHasTheConfiguration(t *testing.T) {
	t.Parallel()
	var config struct {
		Params    struct{ Default map[string]any }
		Functions map[string]struct{ Environment map[string]any }
	}
	readYAML(t, "serverless.yml", &config)
	require.NotEmpty(t, config.Functions)
	names := config.Params.Default
	for _, f := range config.Functions {
		for name := range f.Environment {
			names[name] = true
		}
	}
	operations := readFile(t, "../../docs/operations.md")
	for name := range names {
		if !strings.Contains(operations, "`"+name+"`") {
			t.Errorf("serverless.yml has %s, docs/operations.md does not: describe it there", name)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
