package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"users-api/pkg/auth"
)

// functions maps a route, such as "GET /users", to its function.
type functions map[string]string

// TestEveryRouteIsInAllPlaces compares the places that have every route, except
// template.yaml: templates.test.js compares that with serverless.yml.
func TestEveryRouteIsInAllPlaces(t *testing.T) {
	t.Parallel()
	config, table, openapi := serverlessFunctions(t), functions{}, functions{}
	for _, r := range auth.Routes() {
		assert.False(t, strings.HasPrefix(r.Path, "/_"), "%s: make dev serves its pages below /_", r.Path)
		for _, method := range r.Methods() {
			table[method+" "+r.Path] = r.Function
		}
	}
	for route, op := range operations(t) {
		openapi[route] = strings.TrimSuffix(op.OperationID, "Head") // an operation id must be unique
	}
	assert.Equal(t, config, table, "serverless.yml (expected) and the table of routes in pkg/auth/routes.go (actual): make them the same")
	assert.Equal(t, config, openapi, "serverless.yml (expected) and openapi.yml (actual): make them the same")
}

// serverlessFunctions reads the http events in serverless.yml.
func serverlessFunctions(t *testing.T) functions {
	t.Helper()
	var file struct {
		Functions map[string]struct {
			Events []struct{ HTTP struct{ Method, Path string } }
		}
	}
	readYAML(t, "serverless.yml", &file)
	found := functions{}
	for name, f := range file.Functions {
		for _, e := range f.Events {
			found[e.HTTP.Method+" "+e.HTTP.Path] = name
		}
	}
	return found
}

// readYAML reads a YAML or JSON file of the repository.
func readYAML(t *testing.T, name string, v any) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal([]byte(readFile(t, "../../"+name)), v), name)
}
