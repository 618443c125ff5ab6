package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// testCommands uses the framework and make from another shell.
func testCommands(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"info":            testInfo,
		"invoke":          testInvoke,
		"logs":            testLogs,
		"IAM is enforced": testIAM,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

func testInfo(t *testing.T) {
	out := shell(t, "npx --no-install serverless info --stage local")
	for _, want := range []string{"service: users-api", "stage: local", "getUser: users-api-local-getUser", "authorizer: users-api-local-authorizer"} {
		assert.Contains(t, out, want)
	}
}

// testInvoke sends an event that no client can send through the emulator's API Gateway:
// its body is in base64.
func testInvoke(t *testing.T) {
	body := base64.StdEncoding.EncodeToString([]byte(harness.UserBody(harness.Email())))
	event := fmt.Sprintf(`{"resource":"/users","path":"/users","httpMethod":"POST","headers":null,"body":%q,"isBase64Encoded":true,
		"requestContext":{"requestId":%q,"authorizer":{"principalId":"jwt:e2e","sub":"e2e","scope":"users:write","kind":"jwt"}}}`, body, uuid.NewString())
	file := filepath.Join(t.TempDir(), "event.json")
	require.NoError(t, os.WriteFile(file, []byte(event), 0o644))
	out := command(t, "make", "-s", "invoke", "F=createUser", "EVENT="+file).Stdout.Text()
	var answer struct {
		StatusCode int
		Headers    map[string]string
		Body       string
	}
	_, object, _ := strings.Cut(out, "{")
	require.NoError(t, json.NewDecoder(strings.NewReader("{"+object)).Decode(&answer), out)
	assert.Equal(t, http.StatusCreated, answer.StatusCode, answer.Body)
	a := harness.Answer{Status: answer.StatusCode, Header: http.Header{}, Body: answer.Body, Sent: new(http.Request)}
	for name, value := range answer.Headers {
		a.Header.Set(name, value)
	}
	record(sent{dev, "POST /users", a})
}

// testLogs follows a log, and has lines written until one is shown.
func testLogs(t *testing.T) {
	u := create(t)
	follow, err := tree.Start(nil, "make", "logs", "F=getUser", "JSON=1")
	require.NoError(t, err)
	defer func() { assert.NoError(t, follow.Interrupt()) }()
	harness.Eventually(t, func() bool {
		call(t, get("/users/"+u.ID)).User(t, http.StatusOK)
		return strings.Contains(follow.Out.Text(), `"correlation_id"`)
	}, "make logs shows a line")
}

func testIAM(t *testing.T) {
	endpoint := shell(t, `printf %s "$AWS_ENDPOINT_URL"`)
	assert.Regexp(t, `"auth": *"enabled"`, harness.Send(t, endpoint, get("/_ministack/health")).Body)
}

func testDeployFunction(t *testing.T) {
	u := create(t)
	out := shell(t, "npx --no-install serverless deploy function -f getUser --stage local --force")
	assert.Contains(t, out, "Function code deployed")
	call(t, get("/users/"+u.ID)).User(t, http.StatusOK)
}

// testSeed makes the users of one seed twice.
func testSeed(t *testing.T) {
	out := command(t, "make", "seed", "N=30", "SEED=4711").Out.Text()
	assert.Contains(t, out, "table users-api-local of the local AWS: made 30 users")
	out = command(t, "make", "seed", "N=40", "SEED=4711").Out.Text()
	assert.Contains(t, out, "made 10 users")
	assert.Contains(t, out, "found 30 that were there")
}

// testLoad sends requests of all kinds, and deletes the users that it made.
func testLoad(t *testing.T) {
	out := command(t, "make", "load", "URL="+dev.url, "RATE=10", "DURATION=5s").Out.Text()
	assert.Regexp(t, `(?m)^all +\d+ +\S+ +0\.00%`, out, "nothing unexpected; a busy machine may answer 503")
	assert.Regexp(t, `deleted all \d+ users`, out)
	plot, err := os.ReadFile(filepath.Join(tree.Dir, ".build", "load.html"))
	require.NoError(t, err)
	assert.Contains(t, string(plot), "GET /users/{id}")
}
