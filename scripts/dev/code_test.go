package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

// The files need not exist. tests/e2e saves one whose import is unknown.
func TestDependsOn(t *testing.T) {
	t.Parallel()
	root, err := repository.Root()
	require.NoError(t, err)
	for file, want := range map[string]map[string]bool{
		"functions/authorizer/new.go":              {"authorizer": true},
		"functions/authorizer/testdata/event.json": {"authorizer": true}, // it may be embedded
		"functions/authorizer-2/new.go":            {},
		"pkg/user/new.go":                          {"get-user": true},
		"pkg/boot/new.go":                          {"get-user": true, "authorizer": true},
		"go.sum":                                   {"get-user": true, "authorizer": true},
		"serverless.yml":                           {"get-user": true, "authorizer": true},
		"resources/table.yml":                      {},
	} {
		for _, function := range []string{"get-user", "authorizer"} {
			depends, err := dependsOn(t.Context(), root, "functions/"+function, []string{filepath.Join(root, file)})
			require.NoError(t, err)
			assert.Equal(t, want[function], depends, "%s: %s", function, file)
		}
	}
}

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
		assert.Equal(t, test.source, len(sources(root).changedSince(saved)) == 1, file)
		assert.Equal(t, test.configuration, before != after, file)
	}
}
