package proof

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
)

func testInfo(t *testing.T) {
	out := local.serverless(t, "info")
	for _, want := range []string{"stack: users-api-local", "GET - ", "POST - ", "PUT - ", "DELETE - ", "/local/users/{id}"} {
		assert.Contains(t, out, want)
	}
	for _, name := range all {
		assert.Contains(t, out, name+": users-api-local-"+name)
	}
}

// testInvoke sends a function the event of its testdata, for a user that there is.
func testInvoke(t *testing.T) {
	user := local.create(t)
	data, err := os.ReadFile(filepath.Join(local.work.Dir, "functions/get-user/testdata/get.json"))
	require.NoError(t, err)
	const id = "019aab7e-1a80-7c00-8000-000000000001"
	require.Contains(t, string(data), id)
	require.NoError(t, local.work.Write(".build/event.json", strings.ReplaceAll(string(data), id, user.ID)))
	out := local.serverless(t, "invoke", "-f", "getUser", "--path", ".build/event.json")
	assert.Contains(t, out, `"statusCode": 200`)
	assert.Contains(t, out, user.Email)
}

// testLogs follows a log, and has a line written meanwhile.
func testLogs(t *testing.T) {
	create := func(id string) {
		local.call(t, client.Request{
			Method: "POST", Target: "/users", Body: client.Input(client.Address()), Header: map[string]string{"X-Correlation-Id": id},
		}).User(t, http.StatusCreated)
	}
	create(uuid.NewString()) // before the first line there is nothing to follow
	tail, err := local.work.Start(cloud.Environ(), "npx", local.command("logs", "-f", "createUser", "--tail")...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tail.Interrupt()) })
	shows := func(id string) func() bool { return func() bool { return strings.Contains(tail.Out.String(), id) } }

	eventually(t, shows("START"), "it follows; it said:\n%s", tail.Out)
	id := uuid.NewString()
	create(id)
	eventually(t, shows(id), "the line is shown; it said:\n%s", tail.Out)
}

// testNoLogs asks for the log of a function that was never called.
func testNoLogs(t *testing.T) {
	out, err := second.try(t, cloud.Environ(), "logs", "-f", "deleteUser")
	require.Error(t, err)
	assert.Contains(t, out, "No existing streams for the function")
}
