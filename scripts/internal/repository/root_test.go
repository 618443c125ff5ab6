package repository

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoot(t *testing.T) {
	tests := map[string]struct {
		files []string
		found bool
	}{
		"complete":          {files: []string{"go.mod", "serverless.yml"}, found: true},
		"no go.mod":         {files: []string{"serverless.yml"}},
		"no serverless.yml": {files: []string{"go.mod"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root, err := filepath.EvalSymlinks(t.TempDir())
			require.NoError(t, err)
			below := filepath.Join(root, "functions", "ping")
			require.NoError(t, os.MkdirAll(below, 0o755))
			for _, file := range test.files {
				require.NoError(t, os.WriteFile(filepath.Join(root, file), nil, 0o644))
			}
			t.Chdir(below)
			found, err := Root()
			if !test.found {
				assert.ErrorContains(t, err, "run this in its folder")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, root, found)
		})
	}
}
