package lint

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/user"
)

// document reads openapi.yml, and checks it and its examples against OpenAPI 3.0.
func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi.yml")
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	return doc
}

// operations calls f with each operation but the preflights, which no function answers.
func operations(doc *openapi3.T, f func(method, path string, op *openapi3.Operation)) {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if method != "OPTIONS" {
				f(method, path, op)
			}
		}
	}
}

// That its routes are serverless.yml's too, the tests of scripts/lint hold.
func TestOpenAPIHasTheRoutesAndTheirScopes(t *testing.T) {
	t.Parallel()
	var documented []auth.Route
	operations(document(t), func(method, path string, op *openapi3.Operation) {
		scope, _ := op.Extensions["x-scope"].(string)
		documented = append(documented, auth.Route{Method: method, Path: path, Scope: scope, Function: op.OperationID})
		assert.Nil(t, op.Security, "%s takes a credential like the others", op.OperationID)
	})
	assert.ElementsMatch(t, auth.Routes(), documented)
}

func TestOpenAPILeavesThePreflightsOpen(t *testing.T) {
	t.Parallel()
	doc := document(t)
	assert.Len(t, doc.Security, 2, "a token, or a key")
	for path, item := range doc.Paths.Map() {
		require.NotNil(t, item.Options, path)
		require.NotNil(t, item.Options.Security, path)
		assert.Empty(t, *item.Options.Security, path)
	}
}

// Any request can end so, whatever its route.
func TestOpenAPIHasTheErrorsOfEveryRoute(t *testing.T) {
	t.Parallel()
	operations(document(t), func(_, _ string, op *openapi3.Operation) {
		for _, status := range []int{400, 401, 403, 429, 500, 502, 503, 504} {
			assert.NotNil(t, op.Responses.Status(status), "%s %d", op.OperationID, status)
		}
		for status, response := range op.Responses.Map() {
			if status < "400" {
				continue
			}
			schema := response.Value.Content.Get("application/json").Schema
			assert.Equal(t, "#/components/schemas/Error", schema.Ref, "%s %s", op.OperationID, status)
			retry := response.Value.Headers["Retry-After"]
			assert.Equal(t, status == "429" || status == "503", retry != nil, "%s %s", op.OperationID, status)
		}
	})
}

// OpenAPI 3.0's schemas and draft-04 have the same words for all that our rules say.
func TestOpenAPIHasTheRulesOfTheSchema(t *testing.T) {
	t.Parallel()
	documented, err := document(t).Components.Schemas["UserInput"].MarshalJSON()
	require.NoError(t, err)
	schema, err := os.ReadFile("../../pkg/user/schema.json")
	require.NoError(t, err)
	assert.Equal(t, rules(t, schema), rules(t, documented))
}

// rules is a schema without what binds nobody.
func rules(t *testing.T, schema []byte) any {
	t.Helper()
	var all map[string]any
	require.NoError(t, json.Unmarshal(schema, &all))
	for _, s := range append([]any{all}, values(all["properties"])...) {
		for _, word := range []string{"$schema", "title", "description", "example"} {
			delete(s.(map[string]any), word)
		}
	}
	return all
}

func values(members any) (all []any) {
	for _, v := range members.(map[string]any) {
		all = append(all, v)
	}
	return all
}

// What clients get to see keeps the limits of what they may say, and has just the
// members that the functions write.
func TestOpenAPIHasTheMembersOfAUser(t *testing.T) {
	t.Parallel()
	schemas := document(t).Components.Schemas
	input, output := schemas["UserInput"].Value, schemas["User"].Value
	for name, in := range input.Properties {
		out := output.Properties[name].Value
		require.NotNil(t, out, name)
		assert.Equal(t, [...]any{in.Value.MinLength, in.Value.MaxLength, in.Value.Min, in.Value.Max}, [...]any{out.MinLength, out.MaxLength, out.Min, out.Max}, name)
	}

	age := user.MinAge
	full, err := json.Marshal(user.User{Age: &age})
	require.NoError(t, err)
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(full, &members))
	var written, documented []string
	for name := range members {
		written = append(written, name)
	}
	for name := range output.Properties {
		documented = append(documented, name)
	}
	assert.ElementsMatch(t, written, documented)
	optional := slices.DeleteFunc(documented, func(name string) bool { return slices.Contains(output.Required, name) })
	assert.Equal(t, []string{"age"}, optional)
}

func TestOpenAPIIsOfOurVersion(t *testing.T) {
	t.Parallel()
	doc := document(t)
	assert.Equal(t, "3.0.3", doc.OpenAPI)
	text, err := os.ReadFile("../../package.json")
	require.NoError(t, err)
	var npm struct{ Name, Version string }
	require.NoError(t, json.Unmarshal(text, &npm))
	assert.Equal(t, npm.Name+" "+npm.Version, strings.Join([]string{doc.Info.Title, doc.Info.Version}, " "))
}
