package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testFramework uses the framework from another shell, with the environment that
// `make dev` wrote.
func testFramework(t *testing.T) {
	t.Run("read only", func(t *testing.T) {
		t.Run("info", func(t *testing.T) {
			t.Parallel()
			out := shell(t, "npx --no-install serverless info --stage local")
			for _, want := range []string{"service: users-api", "stage: local", "getUser: users-api-local-getUser", "authorizer: users-api-local-authorizer"} {
				assert.Contains(t, out, want)
			}
		})
		t.Run("invoke", func(t *testing.T) {
			t.Parallel()
			file, null := filepath.Join(t.TempDir(), "event.json"), event("null", false)
			require.NoError(t, os.WriteFile(file, []byte(null), 0o644))
			out := shell(t, "npx --no-install serverless invoke -f createUser --stage local --path "+file)
			assert.Equal(t, http.StatusBadRequest, enterInvocation(t, "createUser", null, out).status)
		})
		t.Run("logs", func(t *testing.T) {
			t.Parallel()
			a := call(t, request{method: "POST", target: "/users", body: input(address())})
			user := a.user(t, http.StatusCreated)
			id := a.header.Get("X-Correlation-Id")
			assert.Contains(t, shell(t, "npx --no-install serverless logs -f createUser --stage local"), id)
			follow, err := work.Start(os.Environ(), "make", "logs", "F=getUser", "JSON=1")
			require.NoError(t, err)
			defer func() { assert.NoError(t, follow.Interrupt()) }()
			eventually(t, func() bool { // lines that are written meanwhile
				call(t, request{method: "GET", target: "/users/" + user.ID})
				return strings.Contains(follow.Out.String(), `"correlation_id"`)
			}, "make logs follows")
		})
		t.Run("IAM is enforced", func(t *testing.T) {
			t.Parallel()
			endpoint := strings.TrimSpace(shell(t, `printf %s "$AWS_ENDPOINT_URL"`))
			resp, err := http.Get(endpoint + "/_ministack/health")
			require.NoError(t, err)
			defer resp.Body.Close()
			var health struct{ Auth string }
			require.NoError(t, json.NewDecoder(resp.Body).Decode(&health))
			assert.Equal(t, "enabled", health.Auth)
		})
	})
	t.Run("deploy function", func(t *testing.T) {
		target := "/users/" + create(t).ID
		out := shell(t, "npx --no-install serverless deploy function -f getUser --stage local --force")
		assert.Contains(t, out, "Function code deployed")
		call(t, request{method: "GET", target: target}).user(t, http.StatusOK)
	})
}
