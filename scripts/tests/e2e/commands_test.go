package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// testEnvironment uses the environment that `make dev` wrote for another shell.
func testEnvironment(t *testing.T) {
	const line = `. .local/env && npx --no-install serverless info --stage local && echo "emulator: $AWS_ENDPOINT_URL"`
	out := tree.Command(t, "sh", "-c", line).Out.Text()
	for _, want := range []string{"service: " + localaws.Service, "stage: local", "getUser: users-api-local-getUser", "authorizer: users-api-local-authorizer"} {
		assert.Contains(t, out, want)
	}
	_, endpoint, _ := strings.Cut(strings.TrimSpace(out), "emulator: ")
	assert.Regexp(t, `"auth": *"enabled"`, harness.Send(t, endpoint, get("/_ministack/health")).Body)
}

func testInvoke(t *testing.T) {
	out := tree.Command(t, "make", "-s", "invoke", "F=getUser", "EVENT=functions/get-user/testdata/get.json").Stdout.Text()
	var answer events.APIGatewayProxyResponse
	_, object, _ := strings.Cut(out, "{")
	require.NoError(t, json.NewDecoder(strings.NewReader("{"+object)).Decode(&answer), out)
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, answer.Body)
	header := http.Header{"X-Correlation-Id": {answer.Headers["X-Correlation-Id"]}}
	record(sent{"GET /users/{id}", harness.Answer{Status: answer.StatusCode, Header: header, Body: answer.Body, Sent: new(http.Request)}})
}

// testLogs follows logs, by make and by the framework, and sends requests until a line is shown.
func testLogs(t *testing.T) {
	u := create(t)
	for _, line := range []string{"make logs JSON=1", "make logs F=getUser JSON=1", ". .local/env && npx --no-install serverless logs -f getUser --tail --stage local"} {
		follow, err := tree.Start(nil, "sh", "-c", line)
		require.NoError(t, err)
		defer func() { assert.NoError(t, follow.Interrupt()) }()
		harness.Eventually(t, func() bool {
			call(t, get("/users/"+u.ID)).User(t, http.StatusOK)
			return strings.Contains(follow.Out.Text(), `"correlation_id"`)
		}, "%s shows a line", line)
	}
}

func testSeed(t *testing.T) {
	seed := func(users string) string { return tree.Command(t, "make", "seed", users, "SEED=4711").Out.Text() }
	assert.Regexp(t, `table users-api-local of the local AWS: made 30 users in \S+ \(\d+/s\), found 0 that were there`, seed("N=30"))
	assert.Regexp(t, `made 10 users .* found 30 that were there`, seed("N=40"))
}

func testLoad(t *testing.T) {
	out := tree.Command(t, "make", "load", "RATE=10", "DURATION=5s").Out.Text()
	assert.Regexp(t, `(?m)^all +\d+ +0 `, out, "nothing unexpected; a busy machine may answer 503")
	assert.Contains(t, out, "\ndeleted all users\n")
	assert.Contains(t, tree.Command(t, "make", "smoke").Out.Text(), "\npassed\n")
}

// testOpenAPI has schemathesis send requests that openapi.yml allows, and others, and compare the
// answers with it. It deletes any user that it finds, so no other test may run at the same time.
func testOpenAPI(t *testing.T) {
	for _, seed := range []string{"1", "2", "3"} {
		tree.Command(t, ".cache/linters/bin/python", ".cache/linters/bin/schemathesis", "run", "openapi.yml", "--no-color",
			"--url", dev.URL, "--header", "Authorization: "+token, "--seed", seed, "--max-examples", "30")
	}
}
