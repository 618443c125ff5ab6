package localaws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCallersVariablesStayOut(t *testing.T) {
	for _, name := range []string{"JWT_SECRET", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "LOG_LEVEL", "EDITOR"} {
		t.Setenv(name, "of the caller")
	}
	server, commands := processEnv(Options{State: t.TempDir()}, "4000"), AWS{"http://127.0.0.1:4000"}.Environ()
	assert.NotContains(t, strings.Join(server, "\n"), "of the caller")
	assert.Contains(t, server, "BIND_HOST=127.0.0.1")
	assert.NotRegexp(t, `(?m)^AWS_.*of the caller`, strings.Join(commands, "\n"))
	assert.Subset(t, commands, []string{"EDITOR=of the caller", "AWS_ACCESS_KEY_ID=test", "AWS_CONFIG_FILE=/dev/null"})
}
