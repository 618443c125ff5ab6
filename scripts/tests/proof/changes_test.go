package proof

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/scripts/internal/harness"
)

// testChanges deploys a stage, and changes and deploys it several times. After each step the stage
// still serves the user that was created first.
func testChanges(t *testing.T) {
	local.createDeployer(t)
	local.deploy(t)
	first := local.look(t)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(functions)), first.changedFunctions(deployed{}))
	user := local.create(t)
	timestamp := regexp.MustCompile(`Timestamp: (\d+)`).FindStringSubmatch(local.serverless(t, "deploy", "list"))
	require.NotNil(t, timestamp)

	local.deploy(t)
	assert.Equal(t, first, local.look(t), "a deployment of the same changes nothing")
	now := first
	for _, step := range []func(*testing.T, deployed) deployed{deployOneFunction, deployFunctionAlone, deployLimits, deployFailure, deployRemoval} {
		now = step(t, now)
		local.serves(t, user)
	}
	rollBack(t, first, now, timestamp[1])
	local.serves(t, user)
}

// deployOneFunction deploys the changed program of one function.
func deployOneFunction(t *testing.T, before deployed) deployed {
	local.editGetUser(t, "edited once")
	local.deploy(t)
	after := local.look(t)
	assert.Equal(t, "UPDATE_COMPLETE", after.status)
	assert.True(t, after.changed.After(before.changed), "the stack was changed")
	assertCodeOfGetUser(t, before, after)
	assert.Equal(t, before.deployment, after.deployment, "the API serves the same snapshot")
	return after
}

// assertCodeOfGetUser checks that getUser has other code, and no other function has changed.
func assertCodeOfGetUser(t *testing.T, before, after deployed) {
	t.Helper()
	assert.Equal(t, []string{"getUser"}, after.changedFunctions(before))
	assert.NotEqual(t, before.functions["getUser"].code, after.functions["getUser"].code)
}

// deployFunctionAlone replaces the code of one function and leaves the stack as it is.
func deployFunctionAlone(t *testing.T, before deployed) deployed {
	local.editGetUser(t, "edited twice")
	assert.Contains(t, local.serverless(t, "deploy", "function", "-f", "getUser"), "Function code deployed")
	after := local.look(t)
	assertCodeOfGetUser(t, before, after)
	after.functions = before.functions
	assert.Equal(t, before, after, "nothing else changes")
	return before
}

// deployLimits deploys other limits for the routes that write, from sources in which getUser is as
// in the stack. The deployment must undo "deploy function".
func deployLimits(t *testing.T, before deployed) deployed {
	local.editGetUser(t, "edited once")
	local.deploy(t, "writeThrottleRate=1", "writeThrottleBurst=3")
	after := local.look(t)
	for _, route := range auth.Routes() {
		method := route.Path + "/" + route.Method
		want := before.settings[method]
		require.NotZero(t, want)
		if route.Method != "GET" {
			want.ThrottlingRateLimit, want.ThrottlingBurstLimit = 1, 3
		}
		assert.Equal(t, want, after.settings[method], route.Function)
	}
	assert.Equal(t, []any{before.deployment, before.created}, []any{after.deployment, after.created}, "the stage is the same one")
	for name, f := range before.functions {
		assert.Equal(t, f.code, after.functions[name].code, name)
	}
	harness.Eventually(t, func() bool { return local.tooMany(t, post) > 0 }, "some are refused")
	assert.Zero(t, local.tooMany(t, list), "each method has limits of its own")
	return after
}

// deployFailure deploys a template that fails after a function and the stage were updated.
func deployFailure(t *testing.T, before deployed) deployed {
	local.editGetUser(t, "edited for a deployment that fails")
	defer local.breakAfter(t, "ApiGatewayStage, GetUserLambdaFunction")()
	_, err := local.run(t, local.deployment("writeThrottleRate=2", "writeThrottleBurst=2")...)
	assert.ErrorContains(t, err, "Failing (AWS::SSM::Parameter)")
	assert.ErrorContains(t, err, "no-such-secret")
	after := local.look(t)
	assert.Equal(t, "UPDATE_ROLLBACK_COMPLETE", after.status)
	assert.Equal(t, []any{before.settings, before.deployment}, []any{after.settings, after.deployment})
	assert.Equal(t, []string{"getUser"}, after.changedFunctions(before), "it was changed, and changed back")
	assert.Equal(t, before.functions["getUser"].code, after.functions["getUser"].code)
	return after
}

// deployRemoval removes a response from the API. The stage must not serve a snapshot that still has it.
func deployRemoval(t *testing.T, before deployed) deployed {
	challenge := func() string { return harness.Send(t, local.url(), list).Header.Get("WWW-Authenticate") }
	require.Equal(t, "Bearer", challenge())
	defer local.editResponses(t, func(yaml string) string {
		kept, rest, _ := strings.Cut(yaml, "  GatewayResponseUnauthorized:")
		_, rest, _ = strings.Cut(rest, "\n\n")
		return kept + rest
	})()
	local.deploy(t)
	after := local.look(t)
	assert.Empty(t, challenge())
	assert.NotEqual(t, before.deployment, after.deployment)
	local.deploy(t)
	assert.Equal(t, after, local.look(t), "a deployment of the same changes nothing")
	return after
}

func rollBack(t *testing.T, first, before deployed, timestamp string) {
	t.Helper()
	local.serverless(t, "rollback", "--timestamp", timestamp)
	after := local.look(t)
	assert.Equal(t, "UPDATE_COMPLETE", after.status)
	assertCodeOfGetUser(t, before, after)
	assert.Equal(t, first.functions["getUser"].code, after.functions["getUser"].code)
	assert.Equal(t, first.settings, after.settings)
}
