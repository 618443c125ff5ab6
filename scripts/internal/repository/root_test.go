package repository

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoot(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	t.Chdir(root)
	_, err = Root()
	assert.ErrorContains(t, err, "run this in its folder")

	require.NoError(t, os.WriteFile("serverless.yml", nil, 0o644))
	require.NoError(t, os.MkdirAll("functions/ping", 0o755))
	t.Chdir("functions/ping")
	found, err := Root()
	require.NoError(t, err)
	assert.Equal(t, root, found)
}
