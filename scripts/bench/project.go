package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// project is what serverless.yml says of the functions.
type project struct {
	names     []string // in the file's order
	functions map[string]functionConfig
	params    map[string]string // of the default stage
}

// functionConfig is a function in serverless.yml.
type functionConfig struct {
	Handler     string               `yaml:"handler"` // the folder of its source
	Environment map[string]yaml.Node `yaml:"environment"`
}

func readProject(text []byte) (project, error) {
	var file struct {
		Params    map[string]map[string]yaml.Node `yaml:"params"`
		Functions yaml.Node                       `yaml:"functions"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return project{}, fmt.Errorf("serverless.yml: %w", err)
	}
	p := project{params: map[string]string{}}
	for name, node := range file.Params["default"] {
		p.params[name] = node.Value
	}
	if err := file.Functions.Decode(&p.functions); err != nil {
		return project{}, fmt.Errorf("serverless.yml: functions: %w", err)
	}
	for i := 0; i < len(file.Functions.Content); i += 2 {
		p.names = append(p.names, file.Functions.Content[i].Value)
	}
	return p, nil
}

var paramReference = regexp.MustCompile(`^\$\{param:(\w+)\}$`)

// environment gives a function its variables as a deployment would: literal ones
// and parameters of the default stage as they stand in serverless.yml, and from
// ours those that only a deployment knows.
func (p project) environment(name string, ours map[string]string) (map[string]string, error) {
	env := map[string]string{}
	var unknown []string
	for key, node := range p.functions[name].Environment {
		value, ok := ours[key]
		if !ok {
			value, ok = p.value(node)
		}
		if !ok {
			unknown = append(unknown, key)
		}
		env[key] = value
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return nil, fmt.Errorf("serverless.yml: environment of %s: give the benchmark a value for %s in deployedEnvironment of scripts/bench/environment.go",
			name, strings.Join(unknown, ", "))
	}
	return env, nil
}

func (p project) value(node yaml.Node) (string, bool) {
	if node.Kind != yaml.ScalarNode {
		return "", false
	}
	if m := paramReference.FindStringSubmatch(node.Value); m != nil {
		value, ok := p.params[m[1]]
		return value, ok && !strings.Contains(value, "${")
	}
	return node.Value, !strings.Contains(node.Value, "${")
}
