// Package proof deploys the service without an account at Amazon: with the framework's real
// commands, as a developer types them, to the emulator with IAM enforced. They have the rights of
// resources/deployer.yml. The account's root reads the results from the AWS APIs.
//
// All tests of a run share one emulator. Each stage is deployed from a copy of the working tree of
// its own: its sources are edited, and the framework packages one stage at a time in a folder. Run
// them with -count=1: Go does not see that a result depends on the product, another module.
package proof

import (
	"context"
	"errors"
	"log"
	"os"
	"path/filepath"
	"testing"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// cloud is the AWS of the run.
var cloud *localaws.Server

// local is the laptop's stage, and second a version beside it.
var local, second *stage

// functions are those of serverless.yml.
var functions map[string]harness.Function

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		log.Fatal(err)
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
	local, second = &stage{name: localaws.Stage, tree: trees[0]}, newSecond(trees[1])
	if functions, err = harness.Functions(trees[0].Dir); err != nil {
		return 1, err
	}
	state := filepath.Join(trees[0].Dir, ".local")
	cloud, err = localaws.Start(context.Background(), localaws.Options{Root: trees[0].Dir, State: state, Auth: true})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, cloud.Stop()) }()
	return m.Run(), nil
}

// TestDeployment deploys two stages first. The next parts use them, and the last one removes them.
func TestDeployment(t *testing.T) {
	t.Run("deploy", func(t *testing.T) {
		harness.Parallel(t, map[string]func(*testing.T){
			"a stage again and again": testChanges,
			"another version":         testVersion,
		})
	})
	t.Run("versions know nothing of others", testVersionsApart)
	t.Run("rights of each function", testRights)
	t.Run("each function needs its rights", testNeeds)
	t.Run("remove", testRemove)
}
