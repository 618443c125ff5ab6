package repository

import (
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
	assert.FileExists(t, filepath.Join(root, "scripts", "repository", "root.go"))

	for _, name := range []string{"go.mod", "serverless.yml"} {
		half := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(half, name), nil, 0o644))
		_, err = rootAbove(half)
		assert.ErrorContains(t, err, "run this in the repository's folder")
	}
}
