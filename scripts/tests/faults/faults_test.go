// Package faults kills the functions' binaries between any two calls to the table. The store's own
// tests use a table that fails, those of pkg/boot a handler that does not return.
package faults

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
	"users-api/scripts/internal/dynamodblocal"
)

var endpoint string

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

// write is a request to a function that writes.
type write struct {
	folder  string        // of the function, whose embedded event is sent
	address string        // of the event
	exists  bool          // the user that the event is about
	retry   map[int64]int // what a retry answers, by the user's version after the kill, 0 for none
	users   int           // how many there are at the end
}

func TestKill(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]write{
		"create": {folder: "create-user", address: "ann@example.com", retry: map[int64]int{0: http.StatusCreated}, users: 1}, // it has a key
		"update": {folder: "update-user", address: "new@example.com", exists: true, retry: map[int64]int{1: http.StatusOK, 2: http.StatusPreconditionFailed}, users: 1},
		"delete": {folder: "delete-user", exists: true, retry: map[int64]int{1: http.StatusNoContent, 0: http.StatusNotFound}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.killAtEachCall(t, runtimeapi.Build(t, "functions/"+w.folder))
		})
	}
}

// killAtEachCall kills the function at its first call to the table, then at its second, and so on
// until it makes no further call: once before the call and once after, each time on another table.
func (w write) killAtEachCall(t *testing.T, binary string) {
	for n := int64(1); ; n++ {
		for _, after := range []bool{false, true} {
			if !w.kill(t, binary, n, after) {
				require.Greater(t, n, int64(1), "the table was never called")
				return
			}
		}
	}
}

// kill kills the function at its n-th call, and checks the table before and after a retry. It reports
// whether there was such a call.
func (w write) kill(t *testing.T, binary string, n int64, after bool) bool {
	tb := newTable(t)
	var u user.User
	if w.exists {
		created, err := tb.Create(t.Context(), usertest.Input("Ann", "ann@example.com"), store.Idempotency{})
		require.NoError(t, err)
		u = created.User
	}
	event, err := runtimeapi.ReadEvent("../../../functions/" + w.folder)
	require.NoError(t, err)
	request := []byte(event.About(u.ID.String(), w.address))

	var victim atomic.Pointer[runtimeapi.Function]
	proxy := &storetest.Faulty{First: storetest.Always}
	proxy.Fault = func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if proxy.Calls() != n {
			forward.ServeHTTP(w, r)
			return
		}
		if after {
			forward.ServeHTTP(httptest.NewRecorder(), r)
		}
		victim.Load().Kill()
		storetest.CloseConnection(w, r, forward)
	}
	victim.Store(tb.start(t, binary, proxy.Serve(t, endpoint), "PRIME=off")) // it calls no table before the request
	if _, err = victim.Load().Invoke(t.Context(), request); err == nil {
		return false
	}
	require.ErrorIs(t, err, runtimeapi.ErrExited, "call %d", n)

	tb.consistent(t)
	left, _ := tb.Get(t.Context(), u.ID) // no user if there is an error
	out, err := tb.start(t, binary, endpoint).Invoke(t.Context(), request)
	require.NoError(t, err)
	var a events.APIGatewayProxyResponse
	require.NoError(t, json.Unmarshal(out, &a))
	assert.Equal(t, w.retry[left.Version], a.StatusCode, "a retry of version %d: %s", left.Version, a.Body)
	assert.Equal(t, w.users, tb.consistent(t))
	return true
}

// table is a table of a test's own.
type table struct {
	*store.Table
	client *dynamodb.Client
	name   string
}

func newTable(t *testing.T) table {
	t.Helper()
	client, name := storetest.Client(endpoint), "users-"+uuid.NewString()
	require.NoError(t, usertest.CreateTable(t.Context(), client, name))
	return table{store.New(client, name, time.Now, user.NewID), client, name}
}

// consistent checks the whole table and returns how many users it has.
func (tb table) consistent(t *testing.T) int {
	t.Helper()
	users, err := usertest.CheckConsistent(t.Context(), tb.client, tb.name)
	require.NoError(t, err)
	return users
}

// start starts a function on the table, which it finds at a URL.
func (tb table) start(t *testing.T, binary, url string, environment ...string) *runtimeapi.Function {
	t.Helper()
	own := []string{"SERVICE=example", "STAGE=test", "TABLE_NAME=" + tb.name, "AWS_ENDPOINT_URL_DYNAMODB=" + url}
	f, err := runtimeapi.Start(binary, slices.Concat(runtimeapi.Environment("fn", 128), own, environment), io.Discard)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return f
}
