package harness

import (
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// Function is a function of serverless.yml.
type Function struct {
	Handler    string      // the folder of its source
	Statements []Statement `yaml:"iamRoleStatements"`
}

// Statement is a part of a function's policy.
type Statement struct {
	Effect   string   `yaml:"Effect"`
	Action   []string `yaml:"Action"`
	Resource any      `yaml:"Resource"`
}

// Functions are the functions of serverless.yml in a folder, by name.
func Functions(root string) (map[string]Function, error) {
	data, err := os.ReadFile(filepath.Join(root, "serverless.yml"))
	if err != nil {
		return nil, err
	}
	var service struct{ Functions map[string]Function }
	err = yaml.Unmarshal(data, &service)
	return service.Functions, err
}
