package repository

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoot(t *testing.T) {
	t.Parallel()
	root, err := Root()
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(root, "scripts", "internal", "repository", "root.go"))
}

func TestRootAbove(t *testing.T) {
	t.Parallel()
	ours := map[string]string{"go.mod": "module users-api\n\ngo 1.26\n", "serverless.yml": ""}
	root, below := tree(t, ours)
	found, err := rootAbove(below)
	require.NoError(t, err)
	assert.Equal(t, root, found)

	for name, change := range map[string]func(map[string]string){
		"no go.mod":         func(f map[string]string) { delete(f, "go.mod") },
		"no serverless.yml": func(f map[string]string) { delete(f, "serverless.yml") },
		"another module":    func(f map[string]string) { f["go.mod"] = "module other\n" },
	} {
		files := maps.Clone(ours)
		change(files)
		_, below := tree(t, files)
		_, err := rootAbove(below)
		assert.ErrorContains(t, err, "run this in the repository's folder", name)
	}
}

// tree makes a folder with files, and one two levels below.
func tree(t *testing.T, files map[string]string) (root, below string) {
	t.Helper()
	root = t.TempDir()
	below = filepath.Join(root, "functions", "ping")
	require.NoError(t, os.MkdirAll(below, 0o755))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	return root, below
}
