package adopt

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deletion matches the paths that a row of the table in docs/adopting.md deletes.
var deletion = regexp.MustCompile("(?m)^\\| [a-z].*? \\| .*? \\| (`scripts/.*?) \\|")

// TestDelete deletes each tool of a copy by itself, as docs/adopting.md says, and compiles the others
// with their tests. The document must have every tool.
func TestDelete(t *testing.T) {
	tree := copyTree(t)
	text := tree.Read(t, adopting)
	rows := deletion.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, rows)
	files := tree.Command(t, "git", "ls-files", ":(glob)scripts/*/*", ":(glob)scripts/tests/*/*").Stdout.Text()
	for file := range strings.FieldsSeq(files) {
		assert.True(t, strings.Contains(text, "| `"+path.Dir(file)+"`"), "%s must have a row that deletes %s", adopting, path.Dir(file))
	}
	for _, row := range rows {
		paths := strings.Fields(strings.NewReplacer("`", "", ",", "").Replace(row[1]))
		tree.Command(t, "rm", append([]string{"-r"}, paths...)...)
		_, err := tree.Run(t.Context(), nil, "go", "-C", "scripts", "vet", "./...")
		assert.NoError(t, err, "without %s", row[1])
		tree.Command(t, "git", "restore", ".")
	}
}
