// Package proof deploys the service without an account at Amazon: with the framework's real
// commands, as a developer types them, to the emulator with IAM enforced. They have the rights of
// resources/deployer.yml. The account's root reads the results from the AWS APIs.
//
// All tests of a run share one emulator. Each stage is deployed from a copy of the working tree of
// its own: its sources are edited, and the framework packages one stage at a time in a folder. Run
// them with -count=1: Go does not see that a result depends on the product, another module.
package proof

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// cloud is the AWS of the run.
var cloud *localaws.Server

// local is the laptop's stage, and second a version beside it.
var local, second *stage

// functions are those of serverless.yml.
var functions map[string]harness.Function

// TestDeployment deploys two stages first. The next parts use them, and the last one removes them.
func TestDeployment(t *testing.T) {
	local = &stage{name: localaws.Stage, tree: harness.CopyTree(t)}
	second = &stage{name: "v2", tree: harness.CopyTree(t), params: secondParams}
	var err error
	functions, err = harness.Functions(local.tree.Dir)
	require.NoError(t, err)
	cloud, err = localaws.Start(t.Context(), localaws.Options{Root: local.tree.Dir, State: filepath.Join(local.tree.Dir, ".local"), Auth: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Stop()) })
	t.Run("deploy", func(t *testing.T) {
		harness.Parallel(t, map[string]func(*testing.T){
			"a stage again and again": testChanges,
			"another version":         testVersion,
		})
	})
	t.Run("versions know nothing of others", testVersionsApart)
	t.Run("rights of the deployer", testDeployer)
	t.Run("each function needs its rights", testNeeds)
	t.Run("remove", testRemove)
}
