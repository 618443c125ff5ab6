// Package e2e uses the service as its users and its developers do, through `make`, HTTP and the
// framework's own commands.
//
// One `make dev` with IAM enforced serves all tests of a run. It works in a copy of the working
// tree, so that tests may edit sources and a developer's own `make dev` is not disturbed. Run them
// with -count=1: Go does not see that a result depends on the product, which is another module.
package e2e

import (
	"context"
	"errors"
	"log"
	"os"
	"strings"
	"testing"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/install"
)

// tree is the copy that the tests work in, dev the `make dev` in it, and token and key are
// credentials of its stage.
var (
	tree       harness.Tree
	dev        *harness.Dev
	token, key string
)

func TestMain(m *testing.M) {
	// The tools that the tests build have the race detector.
	os.Setenv("GOFLAGS", os.Getenv("GOFLAGS")+" -race")
	code, err := run(m)
	if err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if tree, err = harness.CopyTree(install.Linters); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, tree.Remove()) }()
	if dev, err = startDev(); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, dev.Interrupt()) }()
	made, err := tree.Run(context.Background(), nil, "make", "-s", "token")
	if err != nil {
		return 1, err
	}
	token = strings.TrimSpace(made.Stdout.Text())
	if key, err = makeKey(); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// TestService runs everything on the one deployment. What changes or ends it comes last.
func TestService(t *testing.T) {
	t.Cleanup(func() {
		if t.Failed() {
			text := dev.Out.Text()
			t.Logf("the end of what make dev wrote:\n%s", text[max(0, len(text)-5_000):])
		}
	})
	t.Run("answers", func(t *testing.T) {
		harness.Parallel(t, map[string]func(*testing.T){
			"life of a user":          testLife,
			"pages":                   testPages,
			"idempotency":             testIdempotency,
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
	t.Run("reference and console", testBrowser)
	t.Run("openapi.yml", testOpenAPI) // not recorded either
	t.Run("flags of make dev", testFlags)
	t.Run("no credential, name or address in a log", testNothingLeaks)
}
