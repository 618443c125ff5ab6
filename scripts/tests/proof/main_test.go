// Package proof deploys the service without an account at Amazon: with the framework's
// real commands, as a developer types them, to the emulator with IAM enforced. What a
// command did is read from the AWS interfaces.
//
// All tests of a run share one emulator. Each stage is deployed from a copy of the
// working tree of its own: its sources are edited, and the framework packages one stage
// at a time in a folder. Go does not see that a result depends on the product, which is
// another module: run these tests with -count=1.
package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// cloud is the AWS of the run. Its authorizers accept the tokens that secret signs.
var (
	cloud  *localaws.Server
	secret localaws.Secret
)

// local is the laptop's stage, and second a version beside it.
var local, second *stage

// functions are those of serverless.yml.
var functions map[string]harness.Function

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	var trees [2]harness.Tree
	for i := range trees {
		if trees[i], err = harness.CopyTree(); err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, trees[i].Remove()) }()
	}
	local, second = newLocal(trees[0]), newSecond(trees[1])
	if functions, err = harness.Functions(trees[0].Dir); err != nil {
		return 1, err
	}
	state := filepath.Join(trees[0].Dir, ".local")
	if secret, err = localaws.ReadSecret(state); err != nil {
		return 1, err
	}
	cloud, err = localaws.Start(context.Background(), localaws.Options{Root: trees[0].Dir, State: state, Auth: true})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, cloud.Stop()) }()
	return m.Run(), nil
}

// TestDeployment is one story: its first part deploys what the next ones use and the
// last one removes.
func TestDeployment(t *testing.T) {
	parallel(t, "deploy", map[string]func(*testing.T){
		"a stage again and again": testChanges,
		"another version":         testVersion,
	})
	parallel(t, "use", map[string]func(*testing.T){
		"follow a log":                    testLogs,
		"versions know nothing of others": testVersionsApart,
		"rights of each function":         testRights,
	})
	t.Run("no function has a right too many", testNeeds)
	t.Run("line of a function without a right to logs", testLogsWithoutRight)
	t.Run("remove", testRemove)
}

func parallel(t *testing.T, name string, tests map[string]func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t)
			})
		}
	})
}
