package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

const serverlessFile = `
params:
  default:
    logLevel: info
    processors: 1
    origins: "${file(x.js):y}"
custom:
  shared: &shared
    TABLE_NAME: { Ref: UsersTable }
    LOG_LEVEL: ${param:logLevel}
    GOMAXPROCS: ${param:processors}
functions:
  second:
    handler: functions/second
    environment:
      <<: *shared
      GOGC: "50"
  first:
    handler: functions/first
    environment:
      ORIGINS: ${param:origins}
      OTHER: ${self:service}
`

func TestProject(t *testing.T) {
	t.Parallel()
	p, err := readProject([]byte(serverlessFile))
	require.NoError(t, err)
	assert.Equal(t, []string{"second", "first"}, p.names, "in the file's order")
	assert.Equal(t, "functions/second", p.functions["second"].Handler)

	env, err := p.environment("second", map[string]string{"TABLE_NAME": "users"})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"TABLE_NAME": "users", "LOG_LEVEL": "info", "GOMAXPROCS": "1", "GOGC": "50"}, env)

	_, err = p.environment("first", nil)
	assert.ErrorContains(t, err, "ORIGINS, OTHER", "what the benchmark cannot know it asks for")
}

func TestTheProjectsOwnFile(t *testing.T) {
	t.Parallel()
	root, err := repository.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "serverless.yml"))
	require.NoError(t, err)
	p, err := readProject(text)
	require.NoError(t, err)
	assert.NotEmpty(t, p.names)
	for _, name := range p.names {
		_, err := p.environment(name, deployedEnvironment())
		assert.NoError(t, err, name)
	}
}

func TestABrokenFileIsNamed(t *testing.T) {
	t.Parallel()
	_, err := readProject([]byte("functions: ["))
	assert.ErrorContains(t, err, "serverless.yml")
}
