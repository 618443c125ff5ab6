package e2e

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"users-api/scripts/internal/worktree"
)

// work is the copy that the tests work in, checkout its folder, and dev the
// `make dev` in it.
var (
	work     worktree.Copy
	checkout string
	dev      *process
)

func TestMain(m *testing.M) {
	// The make that runs the tests must not speak to the ones that the tests run.
	for _, name := range []string{"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PORT", "STAGE", "SUB", "SCOPES", "TTL", "NAME", "F", "EVENT", "JSON", "AUTH",
		"N", "SEED", "WORKERS", "TABLE_NAME", "RATE", "DURATION", "URL", "TOKEN", "KEEP"} {
		os.Unsetenv(name)
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if work, err = worktree.New("users-api-e2e-"); err != nil {
		return 1, err
	}
	checkout = work.Dir
	defer func() { err = errors.Join(err, work.Remove()) }()
	if dev, err = startDev(); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, dev.Interrupt()) }()
	return m.Run(), nil
}

// TestService runs everything against the one deployment. What changes it, or ends
// it, comes last.
func TestService(t *testing.T) {
	worktree.DependOnSources(t)
	t.Run("answers", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T){
			"a user's life":             testLife,
			"pages":                     testPages,
			"search by address":         testSearch,
			"conditions":                testConditions,
			"idempotency":               testIdempotency,
			"credentials":               testCredentials,
			"scopes":                    testScopes,
			"unknown routes":            testUnknownRoutes,
			"preflight":                 testPreflight,
			"bad bodies":                testBadBodies,
			"good bodies":               testGoodBodies,
			"events without HTTP":       testEvents,
			"bad ids":                   testBadIDs,
			"bad queries":               testBadQueries,
			"one address, many creates": testConcurrentCreates,
			"differences from Amazon":   testDifferences,
			"forged lines":              testForgery,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t)
			})
		}
	})
	t.Run("make stats", testStats)
	t.Run("the framework in another shell", testFramework)
	t.Run("reload on save", testReload)
	t.Run("stop and start again", testRestart)
	t.Run("killed", testKilled)
	t.Run("port in use", testPortInUse)
	t.Run("one log line for each answer", testLines)
	t.Run("seed", testSeed)
	t.Run("load", testLoad) // its requests are in no ledger, which testLines would miss
	t.Run("no credential, name or address in any log", testNothingLeaks)
}
