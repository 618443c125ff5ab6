package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// project is the part of serverless.yml that describes the functions.
type project struct {
	Params    map[string]map[string]yaml.Node `yaml:"params"` // by stage
	Functions map[string]struct {
		Handler     string               `yaml:"handler"` // the folder of its source
		Environment map[string]yaml.Node `yaml:"environment"`
	} `yaml:"functions"`
}

func readProject(dir string) (project, error) {
	var p project
	text, err := os.ReadFile(filepath.Join(dir, "serverless.yml"))
	if err == nil {
		err = yaml.Unmarshal(text, &p)
	}
	if err != nil {
		return p, fmt.Errorf("read serverless.yml of a checkout: %w", err)
	}
	return p, nil
}

// secret signs the tokens of a run.
const secret = "the benchmark's own secret, which opens nothing else"

// deployed returns the variables whose values only a deployment knows.
func deployed(table string) map[string]string {
	return map[string]string{
		"TABLE_NAME": table, "SERVICE": "example", "STAGE": "bench", "CORS_ORIGINS": "*",
		"SECRET_ID": "StageSecret", "API_KEYS_ONLY": "false", "TOKENS_ONLY": "false",
		"JWT_SECRET": secret, "API_KEYS": "", // of a base that has no secret to read
	}
}

var parameter = regexp.MustCompile(`^\$\{param:(\w+)\}$`)

// environment returns a function's variables as a deployment with default parameters
// sets them. A yardstick gets the table's name alone.
func (p project) environment(function, table string) ([]string, error) {
	env := []string{"TABLE_NAME=" + table}
	for key, node := range p.Functions[function].Environment {
		if m := parameter.FindStringSubmatch(node.Value); m != nil {
			node = p.Params["default"][m[1]]
		}
		value, ok := deployed(table)[key]
		if !ok {
			value = node.Value
		}
		if node.Kind != yaml.ScalarNode && !ok || strings.Contains(value, "${") {
			return nil, fmt.Errorf("only a deployment knows %s of %s: give it a value in scripts/bench/project.go", key, function)
		}
		env = append(env, key+"="+value)
	}
	return env, nil
}

// lambdaEnvironment returns the variables that Lambda sets for every function ("Defined runtime
// environment variables" in its developer guide), with the table and the secret at endpoint.
// GOMAXPROCS stands for the two CPUs that Lambda shows a function of up to 1,769 MB: here it has one.
func lambdaEnvironment(function string, mb int, endpoint string) []string {
	return []string{
		"_HANDLER=bootstrap", "LAMBDA_RUNTIME_DIR=/var/runtime", "LAMBDA_TASK_ROOT=/var/task",
		"AWS_LAMBDA_FUNCTION_NAME=example-bench-" + function, "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		fmt.Sprint("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=", mb), "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/example-bench-" + function,
		"AWS_LAMBDA_LOG_STREAM_NAME=2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL=" + endpoint,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=bench", "AWS_SESSION_TOKEN=bench",
		"GOMAXPROCS=2", "LANG=en_US.UTF-8", "PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin", "TZ=:UTC",
	}
}
