package lint

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

var (
	code     = regexp.MustCompile(`\.(go|js|mjs|ts|py|sh|html|css)$|/prerequisites$`)
	testCode = regexp.MustCompile(`_test\.go$|\.test\.[jt]s$|/testdata/|/testing/`)
)

// TestBudgets checks that the product and its tools stay small. With -v it prints how
// many lines they have, comments and blank lines included. The product has one entity with
// five routes; each further one allows for its own lines, and a route for those of its tests.
func TestBudgets(t *testing.T) {
	t.Parallel()
	schemas, err := filepath.Glob("../../pkg/*/schema.json")
	require.NoError(t, err)
	routes, entities := len(auth.Routes())-5, len(schemas)-1 // further ones
	for _, tt := range []struct {
		part    string
		folders []string
		tests   bool
		most    int
	}{
		{part: "the product", folders: []string{"functions", "pkg"}, most: 5500 + 100*routes + 1000*entities},
		{part: "the tools", folders: []string{"scripts"}, most: 7000},
		{part: "the tests of the tools", folders: []string{"scripts"}, tests: true, most: 5000 + 3*routes},
	} {
		lines := 0
		for _, folder := range tt.folders {
			lines += countLines(t, "../../"+folder, func(path string) bool {
				return code.MatchString(path) && testCode.MatchString(path) == tt.tests
			})
		}
		t.Logf("%s: %d of %d lines", tt.part, lines, tt.most)
		assert.LessOrEqual(t, lines, tt.most, "lines of %s: remove code before you add more, or, in a service of your own, set another limit here", tt.part)
	}
}

func TestREADMEIsShort(t *testing.T) {
	t.Parallel()
	lines := strings.Count(readFile(t, "../../README.md"), "\n")
	assert.LessOrEqual(t, lines, 200, "lines of README.md: move details to docs/")
}

// countLines counts the lines of the files in a folder.
func countLines(t *testing.T, root string, counts func(path string) bool) (lines int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !counts(filepath.ToSlash(path)) {
			return err
		}
		lines += strings.Count(readFile(t, path), "\n")
		return nil
	}))
	return lines
}
