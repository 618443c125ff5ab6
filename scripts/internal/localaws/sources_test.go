package localaws

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
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":                     "module example\n\ngo 1.26\n",
		"serverless.yml":             "service: example\n",
		"resources/table.yml":        "Resources: {}\n",
		"pkg/user/user.go":           "package user\n\nconst Name = \"user\"\n",
		"pkg/user/schema.json":       "{}\n",
		"functions/get-user/main.go": "package main\n\nimport _ \"example/pkg/user\"\n\nfunc main() {}\n",
		"functions/ping/main.go":     "package main\n\nfunc main() {}\n",
	} {
		write(t, root, name, content)
	}
	return root
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	file := filepath.Join(root, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
}

func TestReadSourcesTellsWhatASaveChanges(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, content string
		config        bool
		functions     []string
	}{
		"nothing":                  {},
		"a function":               {file: "functions/ping/main.go", content: "package main\n\nfunc main() { println() }\n", functions: []string{"functions/ping"}},
		"a new file of a function": {file: "functions/ping/more.go", content: "package main\n", functions: []string{"functions/ping"}},
		"a package":                {file: "pkg/user/user.go", content: "package user\n", functions: []string{"functions/get-user"}},
		"a file that may be embedded": {
			file: "pkg/user/notes.txt", content: "x", functions: []string{"functions/get-user"},
		},
		"code that does not parse":  {file: "functions/ping/main.go", content: "package main\n\nfunc main( {", functions: []string{"functions/ping"}},
		"an import that is missing": {file: "functions/ping/main.go", content: "package main\n\nimport _ \"example/nothing\"\n\nfunc main() {}\n", functions: []string{"functions/ping"}},
		"a test":                    {file: "pkg/user/user_test.go", content: "package user\n"},
		"a file nobody deploys":     {file: "README.md", content: "x"},
		"the framework's file":      {file: "serverless.yml", content: "service: other\n", config: true},
		"a resource":                {file: "resources/alarms.yml", content: "Resources: {}\n", config: true},
		"the plugin":                {file: "scripts/serverless/index.js", content: "", config: true},
		"the framework's version":   {file: "package-lock.json", content: "{}", config: true},
		"the model of API Gateway":  {file: "pkg/user/schema.json", content: "{ }", config: true, functions: []string{"functions/get-user"}},
		"a dependency":              {file: "go.sum", content: "x", functions: []string{"functions/get-user", "functions/ping"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t)
			before, err := ReadSources(t.Context(), root)
			require.NoError(t, err)
			if test.file != "" {
				write(t, root, test.file, test.content)
			}
			after, err := ReadSources(t.Context(), root)
			require.NoError(t, err)
			assert.Equal(t, test.config, before.Config != after.Config, "configuration")
			assert.Equal(t, test.functions, after.changed(before), "functions")
		})
	}
}

func TestFoldersAreAllThatADeploymentIsMadeOf(t *testing.T) {
	t.Parallel()
	root := tree(t)
	sources, err := ReadSources(t.Context(), root)
	require.NoError(t, err)
	var folders []string
	for _, folder := range sources.Folders(root) {
		name, err := filepath.Rel(root, folder)
		require.NoError(t, err)
		folders = append(folders, filepath.ToSlash(name))
	}
	assert.Equal(t, []string{".", "functions/get-user", "functions/ping", "pkg/user", "resources"}, folders)
}

func TestHashStringsTellsListsApart(t *testing.T) {
	t.Parallel()
	assert.NotEqual(t, hashStrings("ab", "c"), hashStrings("a", "bc"))
	assert.NotEqual(t, hashStrings("a", ""), hashStrings("a"))
	assert.Equal(t, hashStrings("a", "b"), hashStrings("a", "b"))
}
