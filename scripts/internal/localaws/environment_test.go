package localaws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCallersVariablesStayOut(t *testing.T) {
	for _, name := range []string{"JWT_SECRET", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "LOG_LEVEL"} {
		t.Setenv(name, "of the caller")
	}
	t.Setenv("EDITOR", "ed")
	state := t.TempDir()
	tests := map[string]struct {
		env, has, hasNot []string
	}{
		"the server and its functions": {
			env:    processEnv(Options{State: state, Auth: true}, "4000"),
			has:    []string{"GATEWAY_PORT=4000", "BIND_HOST=127.0.0.1", "AUTH=true", "PERSIST_STATE=1", "AWS_ENDPOINT_URL=http://127.0.0.1:4000", "TMPDIR=" + state + "/tmp"},
			hasNot: []string{"JWT_SECRET", "AWS_PROFILE", "AWS_SESSION_TOKEN", "LOG_LEVEL", "EDITOR"},
		},
		"commands that use the server": {
			env:    (&Server{URL: "http://127.0.0.1:4000"}).Environ(),
			has:    []string{"EDITOR=ed", "AWS_ENDPOINT_URL=http://127.0.0.1:4000", "AWS_ACCESS_KEY_ID=test", "AWS_CONFIG_FILE=/dev/null"},
			hasNot: []string{"AWS_PROFILE", "AWS_SESSION_TOKEN"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Subset(t, test.env, test.has)
			for _, variable := range test.env {
				name, _, _ := strings.Cut(variable, "=")
				assert.NotContains(t, test.hasNot, name)
			}
		})
	}
}
