package main

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tests/e2e saves files.
func TestWhatASaveChanges(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, test := range []struct {
		file                  string
		source, configuration bool // whether it is
	}{
		{file: "functions/get-user/handler.go", source: true},
		{file: "functions/get-user/handler_test.go"},
		{file: "functions/get-user/.handler.go.swp"},
		{file: "functions/get-user/handler.go~"},
		{file: "serverless.yml", source: true, configuration: true},
		{file: "resources/alarms.yml", source: true, configuration: true},
		{file: "pkg/user/schema.json", source: true, configuration: true}, // the model of API Gateway
		{file: "scripts/serverless/index.js", source: true, configuration: true},
		{file: "scripts/serverless/testing/lines.js", source: true},
	} {
		file := filepath.Join(root, test.file)
		saved := sources(root)
		before, err := configurationDigest(root)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte("changed"), 0o644))
		after, err := configurationDigest(root)
		require.NoError(t, err)
		assert.Equal(t, test.source, !maps.Equal(saved, sources(root)), file)
		assert.Equal(t, test.configuration, before != after, file)
	}
}
