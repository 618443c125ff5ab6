package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree writes a small checkout: two functions, of which one uses a package.
func tree(t *testing.T) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, content := range map[string]string{
		"go.mod":                     "module example.com/a/b\n\ngo 1.26\n",
		"serverless.yml":             "service: example\n",
		"resources/table.yml":        "Resources: {}\n",
		"pkg/user/user.go":           "package user\n\nconst Name = \"user\"\n",
		"pkg/user/schema.json":       "{}\n",
		"functions/get-user/main.go": "package main\n\nimport _ \"example.com/a/b/pkg/user\"\n\nfunc main() {}\n",
		"functions/ping/main.go":     "package main\n\nfunc main() {}\n",
	} {
		write(t, filepath.Join(root, name), content)
	}
	return root
}

func write(t *testing.T, file, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
}

func TestWhatASaveChanges(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, content         string
		getUser, ping, config bool
	}{
		"a function":               {file: "functions/ping/main.go", content: "package main\n\nfunc main() { println() }\n", ping: true},
		"a new file":               {file: "functions/ping/more.go", content: "package main\n", ping: true},
		"a package":                {file: "pkg/user/user.go", content: "package user\n", getUser: true},
		"what may be embedded":     {file: "functions/ping/testdata/event.json", content: "{}", ping: true},
		"what does not parse":      {file: "functions/ping/main.go", content: "package main\n\nfunc main( {", ping: true},
		"an unknown import":        {file: "functions/ping/main.go", content: "package main\n\nimport _ \"example.com/none\"\n\nfunc main() {}\n", ping: true},
		"a dependency":             {file: "go.sum", getUser: true, ping: true},
		"the model of API Gateway": {file: "pkg/user/schema.json", content: "{ }", getUser: true, config: true},
		"the framework's file":     {file: "serverless.yml", content: "service: other\n", getUser: true, ping: true, config: true},
		"a resource":               {file: "resources/alarms.yml", config: true},
		"the plugin":               {file: "scripts/serverless/index.js", config: true},
		"the plugin's test":        {file: "scripts/serverless/testing/lines.js"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t)
			before, err := configurationDigest(root)
			require.NoError(t, err)
			file := filepath.Join(root, test.file)
			write(t, file, test.content)
			after, err := configurationDigest(root)
			require.NoError(t, err)
			assert.Equal(t, test.config, before != after, "configuration")
			for folder, want := range map[string]bool{"functions/get-user": test.getUser, "functions/ping": test.ping} {
				depends, err := dependsOn(t.Context(), root, folder, []string{file})
				require.NoError(t, err)
				assert.Equal(t, want, depends, folder)
			}
		})
	}
}

func TestOnlySourcesReload(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"functions/get-user/handler.go":      true,
		"serverless.yml":                     true,
		"functions/get-user/handler_test.go": false,
		"functions/get-user/.handler.go.swp": false,
		"functions/get-user/handler.go~":     false,
		"node_modules":                       false,
	} {
		assert.Equal(t, want, isSource(name), name)
	}
}
