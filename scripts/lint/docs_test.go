package lint

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	link         = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)             // to a file, not to a URL
	makeCommand  = regexp.MustCompile("(?m)(?:^|[`(]|\\$ )make ([a-z][a-z-]*)") // in code, not in prose
	makeTarget   = regexp.MustCompile(`(?m)^([a-z-]+):`)
	runbookName  = regexp.MustCompile("Runbook: docs/operations\\.md#([a-z0-9-]+)['\"`]")
	runbookEntry = regexp.MustCompile(`(?m)^#### ([a-z0-9-]+)$`)
	program      = regexp.MustCompile(`\tcheck (\S+) (?:"\$\{\w+:-)?([\d.]+)`) // and its oldest version
)

// TestDocsNameWhatExists checks the links to files and the commands of make in all
// documents but the changelog, which also has what was removed.
func TestDocsNameWhatExists(t *testing.T) {
	t.Parallel()
	targets := submatches(makeTarget, readFile(t, "../../Makefile"))
	docs, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, docs)
	for _, path := range append(docs, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md") {
		text := readFile(t, path)
		for _, file := range submatches(link, text) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), file)); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, file)
			}
		}
		for _, target := range submatches(makeCommand, text) {
			assert.Contains(t, targets, target, "%s has the command make %s, which the Makefile does not have", path, target)
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

// TestRunbookHasTheAlarms checks that the description of each alarm names an entry of the runbook, and
// that each entry is of an alarm.
func TestRunbookHasTheAlarms(t *testing.T) {
	t.Parallel()
	alarms := readFile(t, "../../resources/alarms.js")
	named := submatches(runbookName, alarms)
	assert.Len(t, named, strings.Count(alarms, "AlarmDescription:"), "every description in resources/alarms.js must end with its entry")
	assert.ElementsMatch(t, named, submatches(runbookEntry, readFile(t, "../../docs/operations.md")))
}

// submatches returns what the first group of a pattern matches in a text.
func submatches(pattern *regexp.Regexp, text string) (found []string) {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
