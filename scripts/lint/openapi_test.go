package lint

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/semver"

	"users-api/pkg/auth"
	"users-api/scripts/internal/localaws"
)

// document reads openapi.yml and checks it and its examples against OpenAPI 3.0.
func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi.yml")
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	return doc
}

// operations returns the operations by route, such as "GET /users", except the
// preflights, which reach no function.
func operations(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	found := map[string]*openapi3.Operation{}
	for path, item := range document(t).Paths.Map() {
		for method, op := range item.Operations() {
			if method != "OPTIONS" {
				found[method+" "+path] = op
			}
		}
	}
	return found
}

func TestOpenAPIHasTheScopesAndOpenPreflights(t *testing.T) {
	t.Parallel()
	documented := operations(t)
	for _, r := range auth.Routes() {
		for _, method := range r.Methods() {
			if op := documented[method+" "+r.Path]; op != nil {
				scope := op.Extensions["x-scope"]
				assert.True(t, r.Scope == scope, "%s requires %s by pkg/auth/routes.go and %v by x-scope in openapi.yml: make them the same", op.OperationID, r.Scope, scope)
				assert.Nil(t, op.Security, "%s has a security of its own in openapi.yml: remove it", op.OperationID)
			}
		}
	}
	doc := document(t)
	assert.Len(t, doc.Security, 2, "a token, or a key")
	for path, item := range doc.Paths.Map() {
		if assert.NotNil(t, item.Options, "openapi.yml has %s without options: add it there", path) {
			assert.Equal(t, &openapi3.SecurityRequirements{}, item.Options.Security, path)
		}
	}
}

// Requests to every route can end in these errors. HEAD is documented as the same as GET.
func TestOpenAPIHasTheErrorsOfEveryRoute(t *testing.T) {
	t.Parallel()
	all := operations(t)
	for route, op := range all {
		if path, isHead := strings.CutPrefix(route, "HEAD "); isHead {
			assert.Equal(t, all["GET "+path].Parameters, op.Parameters, route)
			assert.Equal(t, "#/components/responses/Head", op.Responses.Default().Ref, route)
			continue
		}
		for _, status := range []int{400, 401, 403, 429, 500, 502, 503, 504} {
			assert.NotNil(t, op.Responses.Status(status), "openapi.yml has %s without response %d: add it there", route, status)
		}
		for status, response := range op.Responses.Map() {
			if status >= "400" {
				assert.Equal(t, "#/components/schemas/Error", response.Value.Content.Get("application/json").Schema.Ref, "%s %s", route, status)
				retry := response.Value.Headers["Retry-After"]
				assert.Equal(t, status == "429" || status == "503", retry != nil, "%s %s", route, status)
			}
		}
	}
}

func TestServiceAndVersionAreTheSameInAllPlaces(t *testing.T) {
	t.Parallel()
	var npm struct{ Version string }
	readYAML(t, "package.json", &npm)
	var definition struct{ Service string }
	readYAML(t, "serverless.yml", &definition)
	info := document(t).Info
	assert.Equal(t, []string{definition.Service, definition.Service, npm.Version}, []string{localaws.Service, info.Title, info.Version})
}

// TestOpenAPIBreaksNoClientOfTheLastRelease allows breaking changes in another major version only.
func TestOpenAPIBreaksNoClientOfTheLastRelease(t *testing.T) {
	t.Parallel()
	var released struct{ Info struct{ Version string } }
	readYAML(t, "scripts/tests/clients/released.yml", &released)
	if semver.Compare(semver.Major("v"+document(t).Info.Version), semver.Major("v"+released.Info.Version)) > 0 {
		return
	}
	oasdiff := exec.Command("go", "tool", "oasdiff", "breaking", "released.yml", "../../../openapi.yml")
	oasdiff.Dir = "../tests/clients"
	out, err := oasdiff.CombinedOutput()
	assert.NoError(t, err, "openapi.yml breaks clients of %s:\n%s\nUndo that, or raise the major version in openapi.yml and package.json. "+
		"If there are no such clients, copy openapi.yml to scripts/tests/clients/released.yml", released.Info.Version, out)
}
