package proof

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// grant is an action that a function may do, and what with.
type grant struct {
	Action string
	On     object
}

// object is what a grant is about.
type object string

const (
	table object = "the table"
	index object = "the index byCreation"
	// other is everything else.
	other object = "something else"
)

// objects are the objects as serverless.yml names them.
var objects = map[string]object{
	"${self:custom.table}":               table,
	"${UsersTable.Arn}/index/byCreation": index,
}

// grants are the statements of serverless.yml, by function.
func grants(t *testing.T) map[string][]grant {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(local.work.Dir, "serverless.yml"))
	require.NoError(t, err)
	var service struct {
		Functions map[string]struct {
			Statements []statement `yaml:"iamRoleStatements"`
		}
	}
	require.NoError(t, yaml.Unmarshal(data, &service))
	found := map[string][]grant{}
	for name, f := range service.Functions {
		found[name] = nil
		for _, s := range f.Statements {
			found[name] = append(found[name], s.grants(t)...)
		}
	}
	require.Len(t, found, len(all))
	return found
}

type statement struct {
	Effect   string    `yaml:"Effect"`
	Action   []string  `yaml:"Action"`
	Resource yaml.Node `yaml:"Resource"`
}

func (s statement) grants(t *testing.T) []grant {
	t.Helper()
	require.Equal(t, "Allow", s.Effect)
	resource := s.Resource.Value
	if resource == "" {
		var sub map[string]string
		require.NoError(t, s.Resource.Decode(&sub))
		resource = sub["Fn::Sub"]
	}
	on, known := objects[resource]
	require.True(t, known, "%s is a resource that this test has to learn about", resource)
	var found []grant
	for _, action := range s.Action {
		found = append(found, grant{action, on})
	}
	return found
}
