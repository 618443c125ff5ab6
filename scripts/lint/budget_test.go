package lint

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
// five routes; each further one allows for its own lines.
func TestBudgets(t *testing.T) {
	t.Parallel()
	entities, err := filepath.Glob("../../pkg/*/schema.json")
	require.NoError(t, err)
	for _, tt := range []struct {
		part    string
		folders []string
		tests   bool
		most    int
	}{
		{part: "the product", folders: []string{"functions", "pkg"}, most: 5500 + 100*(len(auth.Routes())-5) + 1000*(len(entities)-1)},
		{part: "the tools", folders: []string{"scripts"}, most: 8400},
		{part: "the tests of the tools", folders: []string{"scripts"}, tests: true, most: 5300},
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
	lines := countLines(t, "../../README.md", func(string) bool { return true })
	assert.LessOrEqual(t, lines, 200, "lines of README.md: move details to docs/")
}

// countLines counts the lines of the files in a folder, or of one file.
func countLines(t *testing.T, root string, counts func(path string) bool) (lines int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !counts(filepath.ToSlash(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		lines += bytes.Count(text, []byte("\n"))
		return err
	}))
	return lines
}
