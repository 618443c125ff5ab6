package user_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"users-api/pkg/user"
)

type object = map[string]any

// documented returns a schema of openapi.yml.
func documented(t *testing.T, name string) object {
	t.Helper()
	var document struct {
		Components struct{ Schemas map[string]object }
	}
	readYAML(t, "../../openapi.yml", &document)
	return document.Components.Schemas[name]
}

// readYAML reads a YAML or JSON file.
func readYAML(t *testing.T, file string, v any) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, v), file)
}

// OpenAPI 3.0 and JSON Schema draft-04 have the same keywords for all our rules.
func TestOpenAPIHasTheRulesOfTheSchema(t *testing.T) {
	t.Parallel()
	var written object
	readYAML(t, "schema.json", &written)
	input := documented(t, "UserInput")
	for _, s := range []object{written, input} {
		for _, part := range append(slices.Collect(maps.Values(s["properties"].(object))), s) {
			maps.DeleteFunc(part.(object), func(word string, _ any) bool {
				return slices.Contains([]string{"$schema", "title", "description"}, word)
			})
		}
	}
	assert.Equal(t, written, input)
}

// The documented user has the limits of the input and the members that the functions write.
func TestOpenAPIHasTheMembersOfAUser(t *testing.T) {
	t.Parallel()
	output := documented(t, "User")
	properties := output["properties"].(object)
	for name, in := range documented(t, "UserInput")["properties"].(object) {
		for _, limit := range []string{"minLength", "maxLength", "minimum", "maximum"} {
			if want, given := in.(object)[limit]; given { // white space around an input's name does not count
				assert.Equal(t, want, properties[name].(object)[limit], "%s of %s", limit, name)
			}
		}
	}
	members := func(u user.User) []string {
		text, err := json.Marshal(u)
		require.NoError(t, err)
		var all object
		require.NoError(t, json.Unmarshal(text, &all))
		return slices.Collect(maps.Keys(all))
	}
	age := user.MinAge
	assert.ElementsMatch(t, members(user.User{Age: &age}), slices.Collect(maps.Keys(properties)))
	assert.ElementsMatch(t, members(user.User{}), output["required"])
}
