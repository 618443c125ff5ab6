package proof

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
)

// all are the functions of the service.
var all = []string{"listUsers", "getUser", "createUser", "updateUser", "deleteUser", "authorizer"}

// testChanges deploys a stage, changes this and that, and deploys again.
func testChanges(t *testing.T) {
	local.createSecret(t)
	local.deploy(t)
	first := local.look(t)
	assert.ElementsMatch(t, all, first.updated(deployed{}))
	local.url = cloud.APIURL(first.API, local.name)
	user := local.create(t)
	local.serves(t, user)
	started := deployments(t)

	unchanged(t, first)
	edited := oneFunction(t, first)
	local.serves(t, user)
	shown(t, "edited once")
	functionAlone(t, edited)
	local.serves(t, user)
	shown(t, "edited twice")
	limited := limits(t, edited)
	local.serves(t, user)
	failed(t, limited)
	local.serves(t, user)
	back(t, first, limited, started[0])
	local.serves(t, user)
}

// shown waits until getUser's log shows what its edited program says when it starts.
func shown(t *testing.T, text string) {
	t.Helper()
	eventually(t, func() bool { return local.logged(t, "getUser", text) != "" }, "%q is logged", text)
}

// unchanged deploys the same again.
func unchanged(t *testing.T, before deployed) {
	t.Helper()
	local.deploy(t)
	assert.Equal(t, before, local.look(t), "nothing changes")
}

// oneFunction deploys one function's changed program, and only that.
func oneFunction(t *testing.T, before deployed) deployed {
	t.Helper()
	local.edit(t, "get-user", "edited once")
	local.deploy(t)
	after := local.look(t)
	assert.Equal(t, "UPDATE_COMPLETE", after.Status)
	assert.True(t, after.Changed.After(before.Changed), "the stack was changed")
	assert.Equal(t, []string{"getUser"}, after.updated(before))
	assert.NotEqual(t, before.Functions["getUser"].Code, after.Functions["getUser"].Code)
	assert.Equal(t, [2]string{before.API, before.Deployment}, [2]string{after.API, after.Deployment}, "the API serves the same snapshot")
	return after
}

// functionAlone replaces one function's code and leaves the stack as it is.
func functionAlone(t *testing.T, before deployed) {
	t.Helper()
	local.edit(t, "get-user", "edited twice")
	out := local.serverless(t, "deploy", "function", "-f", "getUser")
	assert.Contains(t, out, "Function code deployed")
	after := local.look(t)
	assert.Equal(t, []string{"getUser"}, after.updated(before))
	assert.NotEqual(t, before.Functions["getUser"].Code, after.Functions["getUser"].Code)
	after.Functions = before.Functions
	assert.Equal(t, before, after, "nothing else changes")
}

// limits deploys another limit for the routes that write, from sources in which the
// function is as it was deployed last: that has to undo what "deploy function" did.
func limits(t *testing.T, before deployed) deployed {
	t.Helper()
	local.edit(t, "get-user", "edited once")
	local.deploy(t, "writeThrottleRate=1", "writeThrottleBurst=3")
	after := local.look(t)
	for method, l := range map[string]limit{
		"POST /users": {1, 3}, "PUT /users/{id}": {1, 3}, "DELETE /users/{id}": {1, 3},
		"GET /users": before.Limits["GET /users"], "GET /users/{id}": before.Limits["GET /users/{id}"],
	} {
		assert.Equal(t, l, after.Limits[method], method)
	}
	assert.Equal(t, [2]any{before.Deployment, before.Created}, [2]any{after.Deployment, after.Created}, "the stage is the same one")
	for name, f := range before.Functions {
		assert.Equal(t, f.Code, after.Functions[name].Code, name)
	}
	heeds(t)
	return after
}

// heeds checks that the limits are, one method's independently of the others'.
func heeds(t *testing.T) {
	t.Helper()
	assert.Positive(t, local.burst(t, client.Request{Method: "POST", Target: "/users", Body: "{}"}))
	assert.Zero(t, local.burst(t, client.Request{Method: "GET", Target: "/users"}))
}

// failed deploys what CloudFormation finds out to be wrong when it has updated a
// function and the stage already.
func failed(t *testing.T, before deployed) {
	t.Helper()
	local.edit(t, "get-user", "edited for a deployment that fails")
	local.breaks(t, "ApiGatewayStage, GetUserLambdaFunction")
	out, err := local.try(t, cloud.Environ(), local.deployment("writeThrottleRate=2", "writeThrottleBurst=2")...)
	require.Error(t, err, out)
	assert.Contains(t, out, "Failing (AWS::SSM::Parameter)")
	assert.Contains(t, out, "users-api/no-such-secret")

	after := local.look(t)
	assert.Equal(t, "UPDATE_ROLLBACK_COMPLETE", after.Status)
	assert.Equal(t, before.Limits["POST /users"], after.Limits["POST /users"])
	assert.Equal(t, before.Deployment, after.Deployment)
	assert.Equal(t, []string{"getUser"}, after.updated(before), "it was updated, and updated back")
	assert.Equal(t, before.Functions["getUser"].Code, after.Functions["getUser"].Code)
}

// back goes back to the first deployment.
func back(t *testing.T, first, before deployed, timestamp string) {
	t.Helper()
	local.serverless(t, "rollback", "--timestamp", timestamp)
	after := local.look(t)
	assert.Equal(t, "UPDATE_COMPLETE", after.Status)
	assert.Equal(t, first.Functions["getUser"].Code, after.Functions["getUser"].Code)
	assert.Equal(t, []string{"getUser"}, after.updated(before))
	assert.Equal(t, first.Limits["POST /users"], after.Limits["POST /users"])
}

// deployments are the timestamps that `rollback` takes.
func deployments(t *testing.T) []string {
	t.Helper()
	out := local.serverless(t, "deploy", "list")
	var found []string
	for _, line := range regexp.MustCompile(`Timestamp: (\d+)`).FindAllStringSubmatch(out, -1) {
		found = append(found, line[1])
	}
	require.NotEmpty(t, found, out)
	return found
}

// burst sends a request many times at once and counts the answers that say there
// were too many.
func (s *stage) burst(t *testing.T, r client.Request) int {
	t.Helper()
	refused := 0
	for _, a := range client.Together(30, func(int) client.Answer { return s.call(t, r) }) {
		if a.Status != http.StatusTooManyRequests {
			continue
		}
		refused++
		assert.Equal(t, "Too many requests", a.Fails(t, http.StatusTooManyRequests).Error)
		wait, err := time.ParseDuration(a.Header.Get("Retry-After") + "s")
		assert.NoError(t, err)
		assert.Positive(t, wait)
		assert.Contains(t, a.Header.Get("Access-Control-Expose-Headers"), "Retry-After")
	}
	return refused
}
