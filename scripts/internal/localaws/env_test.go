package localaws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// variables makes a map of an environment, in which the last entry counts.
func variables(env []string) map[string]string {
	m := map[string]string{}
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		m[name] = value
	}
	return m
}

func TestTheCallersVariablesReachNoFunction(t *testing.T) {
	for _, name := range []string{"JWT_SECRET", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "LOG_LEVEL", "TABLE_NAME", "HTTP_PROXY"} {
		t.Setenv(name, "of the caller")
	}
	state := t.TempDir()
	env, err := processEnv(Options{State: state, Auth: true}, "4000")
	require.NoError(t, err)
	for name, value := range variables(env) {
		assert.NotEqual(t, "of the caller", value, name)
	}
	assert.Subset(t, variables(env), map[string]string{
		"GATEWAY_PORT": "4000", "BIND_HOST": "127.0.0.1", "AUTH": "true", "PERSIST_STATE": "1",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:4000",
	})
	assert.True(t, strings.HasPrefix(variables(env)["TMPDIR"], state))
}

func TestTheFrameworkSeesNoOtherAWS(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_SESSION_TOKEN", "secret")
	t.Setenv("EDITOR", "ed")
	env := variables((&Server{URL: "http://127.0.0.1:4000"}).Environ())
	assert.NotContains(t, env, "AWS_PROFILE")
	assert.NotContains(t, env, "AWS_SESSION_TOKEN")
	assert.Equal(t, "ed", env["EDITOR"])
	assert.Equal(t, "http://127.0.0.1:4000", env["AWS_ENDPOINT_URL"])
	assert.Equal(t, "/dev/null", env["AWS_CONFIG_FILE"])
}

func TestExportsAreShellCommands(t *testing.T) {
	t.Parallel()
	exports := (&Server{URL: "http://127.0.0.1:4000"}).Exports()
	assert.Contains(t, exports, "export AWS_ENDPOINT_URL=http://127.0.0.1:4000\n")
	for line := range strings.Lines(exports) {
		assert.Regexp(t, `^(export [A-Z0-9_]+=[A-Za-z0-9:/._-]+|unset [A-Z_ ]+)\n$`, line)
	}
}
