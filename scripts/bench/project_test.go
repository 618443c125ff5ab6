package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	o, err := parseOptions([]string{"-f", "getUser,authorizer", "-n", "50", "-mem", "128,256", "-base", "b", "-svg", "s", "-raw", "r"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, options{functions: []string{"getUser", "authorizer"}, rounds: 50, memory: []int{128, 256}, base: "b", svg: "s", raw: "r"}, o)

	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no rounds":                   {args: []string{"-n", "0"}, want: "-n must be at least 1"},
		"an argument":                 {args: []string{"getUser"}, want: "named with -f"},
		"memory that is no number":    {args: []string{"-mem", "small"}, want: "such as 128,256,512"},
		"memory below Lambda's least": {args: []string{"-mem", "64"}, want: "from 128 to 10240"},
	} {
		_, err := parseOptions(tt.args, io.Discard)
		assert.ErrorContains(t, err, tt.want, name)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "serverless.yml"), []byte(`
params: {default: {logLevel: info}}
functions:
  known: {environment: {TABLE_NAME: {Ref: UsersTable}, LOG_LEVEL: "${param:logLevel}", GOMAXPROCS: 1}}
  unknown: {environment: {OTHER: {Ref: Other}}}
  unresolved: {environment: {OTHER: "${self:service}"}}
`), 0o644))
	p, err := readProject(dir)
	require.NoError(t, err)
	env, err := p.environment("known", "users")
	require.NoError(t, err)
	assert.Subset(t, env, []string{"TABLE_NAME=users", "LOG_LEVEL=info", "GOMAXPROCS=1"})
	for _, name := range []string{"unknown", "unresolved"} {
		_, err = p.environment(name, "users")
		assert.ErrorContains(t, err, "only a deployment knows OTHER of "+name)
	}
	_, err = (&checkout{project: p}).target("known2")
	assert.ErrorContains(t, err, "has no function known2")
	_, err = readProject(t.TempDir())
	assert.ErrorContains(t, err, "read serverless.yml")
}

// Each function of the service can be measured, with an event of API Gateway's size.
func TestEvents(t *testing.T) {
	t.Parallel()
	root, err := repository.Root()
	require.NoError(t, err)
	p, err := readProject(root)
	require.NoError(t, err)
	require.NotEmpty(t, p.Functions)
	_, err = readEvent("floor")
	assert.ErrorContains(t, err, "floor has no event to send")
	const id = "019b0000-0000-7000-8000-000000000000"
	for name, f := range p.Functions {
		_, err := p.environment(name, "users")
		assert.NoError(t, err)
		e, err := readEvent(filepath.Join(root, f.Handler))
		require.NoError(t, err, name)
		text, err := e.about(id, "new@example.com")
		require.NoError(t, err)
		var sent event
		require.NoError(t, json.Unmarshal(text, &sent))
		token := strings.TrimPrefix(sent.Headers["Authorization"]+sent.Token, "Bearer ")
		_, err = jwt.Parse(token, func(*jwt.Token) (any, error) { return []byte(secret), nil }, jwt.WithExpirationRequired())
		require.NoError(t, err, name)
		if e.Method == "" {
			continue // the authorizer's
		}
		assert.InDelta(t, 3000, len(text), 500, name)
		assert.Equal(t, e.PathParameters.ID != "", sent.PathParameters.ID == id, name)
		assert.Equal(t, e.Body != "", emailAddress.FindString(sent.Body) == "new@example.com", name)
		if key := e.Headers["Idempotency-Key"]; key != "" {
			assert.NotEqual(t, key, sent.Headers["Idempotency-Key"])
		}
	}
}
