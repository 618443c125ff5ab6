package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"users-api/scripts/emulator"
)

// checkout is the copy that the tests work in, and dev the `make dev` in it.
var (
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
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if checkout, err = copyCheckout(); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(checkout)) }()
	if dev, err = startDev(); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, dev.interrupt()) }()
	return m.Run(), nil
}

// notCopied is what git ignores.
var notCopied = []string{".git", ".build", ".cache", ".local", ".serverless", ".aws-sam", "node_modules"}

// copyCheckout copies the sources to a folder of the run and shares what is
// installed.
func copyCheckout() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root, err := emulator.Root(wd)
	if err != nil {
		return "", err
	}
	if err := emulator.Install(context.Background(), root, os.Stderr); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "users-api-e2e-")
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	if err := copyTree(root, dir); err != nil {
		return "", err
	}
	for _, name := range []string{".cache", "node_modules"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func copyTree(from, to string) error {
	return sources(from, func(name string, d fs.DirEntry) error {
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		return copyFile(filepath.Join(from, name), filepath.Join(to, name))
	})
}

// sources calls f with each source file and folder, named relative to the root.
func sources(root string, f func(name string, d fs.DirEntry) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if slices.Contains(notCopied, name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return f(name, d)
	})
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm())
}

// showSources opens every source, so that go knows what a result depends on. What
// TestMain reads it does not see, and would take an old result for a new service's.
func showSources(t *testing.T) {
	t.Helper()
	wd, err := os.Getwd()
	require.NoError(t, err)
	root, err := emulator.Root(wd)
	require.NoError(t, err)
	require.NoError(t, sources(root, func(name string, d fs.DirEntry) error {
		if d.IsDir() {
			return nil
		}
		file, err := os.Open(filepath.Join(root, name))
		if err != nil {
			return err
		}
		return file.Close()
	}))
}

// TestService runs everything against the one deployment. What changes it, or ends
// it, comes last.
func TestService(t *testing.T) {
	showSources(t)
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
	t.Run("seed", testSeed)
	t.Run("load", testLoad)
	t.Run("reload on save", testReload)
	t.Run("stop and start again", testRestart)
	t.Run("killed", testKilled)
	t.Run("port in use", testPortInUse)
	t.Run("one log line for each answer", testLines)
	t.Run("no credential, name or address in any log", testNothingLeaks)
}
