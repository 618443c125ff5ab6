// Package e2e uses the service as its users and its developers do, through `make`, HTTP and the
// framework's own commands.
//
// One `make dev` with IAM enforced serves all tests of a run. It works in a copy of the working
// tree, so that tests may edit sources and a developer's own `make dev` is not disturbed. Run them
// with -count=1: Go does not see that a result depends on the product, which is another module.
package e2e

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/install"
)

// tree is the copy that the tests work in, dev the `make dev` in it, and token and key are
// credentials of its stage, as Authorization has them.
var (
	tree       harness.Tree
	dev        *harness.Dev
	token, key string
)

// TestService runs everything on the one deployment. What changes or ends it comes last.
func TestService(t *testing.T) {
	t.Setenv("GOFLAGS", os.Getenv("GOFLAGS")+" -race") // of the tools that the tests build
	tree = harness.CopyTree(t, install.Linters, install.OpenAPI)
	startDev(t)
	t.Cleanup(func() {
		assert.NoError(t, dev.Interrupt())
		if t.Failed() {
			text := dev.Out.Text()
			t.Logf("the end of what make dev wrote:\n%s", text[max(0, len(text)-5_000):])
		}
	})
	token, key = tree.Token(t), makeKey(t)
	t.Run("answers", func(t *testing.T) {
		harness.Parallel(t, map[string]func(*testing.T){
			"life of a user":          testLife,
			"credentials":             testCredentials,
			"scopes":                  testScopes,
			"unknown routes":          testUnknownRoutes,
			"preflight":               testPreflight,
			"bad bodies":              testBadBodies,
			"bad ids":                 testBadIDs,
			"bad queries":             testBadQueries,
			"differences from Amazon": testDifferences,
		})
	})
	t.Run("commands", func(t *testing.T) {
		harness.Parallel(t, map[string]func(*testing.T){
			"environment for another shell": testEnvironment,
			"make invoke":                   testInvoke,
			"make logs":                     testLogs,
		})
	})
	t.Run("the secret", testSecret)
	t.Run("reload on save", testReload)
	t.Run("restart", testRestart)
	t.Run("port in use", testPortInUse)
	t.Run("one log line for each answer", testLines)
	t.Run("seed", testSeed)
	t.Run("load", testLoad) // its requests are not recorded, so testLines comes first
	t.Run("clients", testClients)
	t.Run("reference and console", testBrowser)
	t.Run("openapi.yml", testOpenAPI) // not recorded either
	t.Run("flags of make dev", testFlags)
	t.Run("no credential, name or address in a log", testNothingLeaks)
	t.Run("reset", testReset)
}
