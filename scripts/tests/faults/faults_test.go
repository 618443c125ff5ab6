// Package faults runs the functions' binaries against a table that fails, and
// kills them between any two calls to it.
package faults

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/store"
	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/user"
	"users-api/scripts/internal/dynamodblocal"
)

var endpoint string

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

// binary builds a function once for all tests. It is built in a folder of the
// first test that asks, which lasts as long as its subtests; so all tests are
// subtests of one.
func TestFaults(t *testing.T) {
	t.Parallel()
	bin := map[string]string{}
	for _, name := range []string{"create-user", "get-user", "list-users", "update-user", "delete-user"} {
		bin[name] = runtimeapi.Build(t, "functions/"+name)
	}
	for name, test := range map[string]func(*testing.T, map[string]string){
		"kill a creation":               testKillCreate,
		"kill a change":                 testKillUpdate,
		"kill a deletion":               testKillDelete,
		"a silent table":                testSilentTable,
		"a log that nobody reads":       testClosedLog,
		"a table that is away at first": testAwayAtFirst,
		"rehearsals":                    testRehearsals,
		"an environment that is wrong":  testEnvironment,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, bin) })
	}
}

// table is a table of a test's own.
type table struct {
	t      *testing.T
	client *dynamodb.Client
	name   string
}

func newTable(t *testing.T) table {
	t.Helper()
	tb := table{t, storetest.Client(endpoint), "users-" + uuid.NewString()}
	require.NoError(t, storetest.CreateTable(t.Context(), tb.client, tb.name))
	return tb
}

func (tb table) store() *store.Table { return store.New(tb.client, tb.name, time.Now, uuid.NewV7) }

func (tb table) create() user.User {
	tb.t.Helper()
	u, err := tb.store().Create(tb.t.Context(), user.Input{Name: "Ann", Email: "ann@example.com"}, store.Idempotency{})
	require.NoError(tb.t, err)
	return u
}

func (tb table) requireConsistent() int {
	tb.t.Helper()
	users, err := storetest.CheckConsistent(tb.t.Context(), tb.client, tb.name)
	require.NoError(tb.t, err)
	return users
}

func (tb table) environment(at string) []string {
	return []string{
		"AWS_LAMBDA_FUNCTION_NAME=fn", "SERVICE=users-api", "STAGE=test", "TABLE_NAME=" + tb.name,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL_DYNAMODB=" + at,
	}
}

// start runs a function on the table, behind the given endpoint.
func (tb table) start(binary, at string, log io.Writer, more ...string) *runtimeapi.Function {
	tb.t.Helper()
	f, err := runtimeapi.Start(binary, append(tb.environment(at), more...), log)
	require.NoError(tb.t, err)
	tb.t.Cleanup(func() { assert.NoError(tb.t, f.Close()) })
	return f
}

type answer struct {
	StatusCode int
	Headers    map[string]string
	Body       string
}

func invoke(t *testing.T, f *runtimeapi.Function, event []byte) answer {
	t.Helper()
	out, err := f.Invoke(t.Context(), event)
	require.NoError(t, err)
	var a answer
	require.NoError(t, json.Unmarshal(out, &a))
	return a
}

// event reads a function's event and puts an id in its path, if it has one.
func event(t *testing.T, function, id string) []byte {
	t.Helper()
	files, err := filepath.Glob("../../../functions/" + function + "/testdata/*.json")
	require.NoError(t, err)
	require.Len(t, files, 1)
	b, err := os.ReadFile(files[0])
	require.NoError(t, err)
	return []byte(strings.ReplaceAll(string(b), "019aab7e-1a80-7c00-8000-000000000001", id))
}

// killer kills a process at the n-th call to the table, before or after the call
// has its effect.
type killer struct {
	n       int
	after   bool
	mu      sync.Mutex
	victim  *runtimeapi.Function
	reached int
}

func (k *killer) fault(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reached++
	switch {
	case k.reached != k.n:
		forward.ServeHTTP(w, r)
	case k.after:
		storetest.LoseAnswer(w, r, forward)
		k.victim.Kill()
	default:
		k.victim.Kill()
		storetest.CloseConnection(w, r, forward)
	}
}

// killAtEachCall invokes a function again and again, killed once at each of its
// calls, before and after, until it is not reached any more. check looks at the
// table after each kill, and prepare makes a new one before.
func killAtEachCall(t *testing.T, binary string, prepare func(table) []byte, check func(table, []byte)) {
	for n := 1; ; n++ {
		for _, after := range []bool{false, true} {
			tb := newTable(t)
			payload := prepare(tb)
			k := &killer{n: n, after: after}
			proxy := &storetest.Faulty{Fault: k.fault, First: storetest.Always}
			k.mu.Lock()
			k.victim = tb.start(binary, proxy.Serve(t, endpoint), io.Discard, "PRIME=off")
			k.mu.Unlock()
			_, err := k.victim.Invoke(t.Context(), payload)
			if err == nil {
				require.Greater(t, n, 1, "the table was never called")
				return // killed at each of its calls
			}
			require.ErrorIs(t, err, runtimeapi.ErrExited, "call %d", n)
			tb.requireConsistent()
			check(tb, payload)
			tb.requireConsistent()
		}
	}
}

func testKillCreate(t *testing.T, bin map[string]string) {
	killAtEachCall(t, bin["create-user"],
		func(table) []byte { return event(t, "create-user", "") },
		func(tb table, payload []byte) {
			again := tb.start(bin["create-user"], endpoint, io.Discard)
			first := invoke(t, again, payload)
			require.Equal(t, http.StatusCreated, first.StatusCode, "a retry with the same Idempotency-Key finishes the work: %s", first.Body)
			assert.Equal(t, first.Body, invoke(t, again, payload).Body)
			assert.Equal(t, 1, tb.requireConsistent())
		})
}

func testKillUpdate(t *testing.T, bin map[string]string) {
	var u user.User
	killAtEachCall(t, bin["update-user"],
		func(tb table) []byte {
			u = tb.create()
			return []byte(strings.ReplaceAll(string(event(t, "update-user", u.ID)), "ann@example.com", "new@example.com"))
		},
		func(tb table, payload []byte) {
			now, err := tb.store().Get(t.Context(), u.ID)
			require.NoError(t, err)
			want := map[int64]int{1: http.StatusOK, 2: http.StatusPreconditionFailed}[now.Version] // all of it, or nothing
			require.NotZero(t, want, "version %d", now.Version)
			assert.Equal(t, want, invoke(t, tb.start(bin["update-user"], endpoint, io.Discard), payload).StatusCode)
			assert.Equal(t, 1, tb.requireConsistent())
		})
}

func testKillDelete(t *testing.T, bin map[string]string) {
	killAtEachCall(t, bin["delete-user"],
		func(tb table) []byte { return event(t, "delete-user", tb.create().ID) },
		func(tb table, payload []byte) {
			want := map[int]int{1: http.StatusNoContent, 0: http.StatusNotFound}[tb.requireConsistent()]
			assert.Equal(t, want, invoke(t, tb.start(bin["delete-user"], endpoint, io.Discard), payload).StatusCode)
			assert.Zero(t, tb.requireConsistent())
		})
}

func testSilentTable(t *testing.T, bin map[string]string) {
	tb := newTable(t)
	u := tb.create()
	proxy := &storetest.Faulty{Fault: storetest.Silence, First: 1}
	f := tb.start(bin["get-user"], proxy.Serve(t, endpoint), io.Discard, "PRIME=off")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	out, err := f.Invoke(ctx, event(t, "get-user", u.ID))
	require.NoError(t, err, "an answer before Lambda gives up")
	assert.Contains(t, string(out), `"statusCode":504`)
	assert.Contains(t, string(out), `{\"error\":\"Timed out\",\"requestId\":`)
	assert.Equal(t, http.StatusOK, invoke(t, f, event(t, "get-user", u.ID)).StatusCode, "the next request is served")
}

func testClosedLog(t *testing.T, bin map[string]string) {
	tb := newTable(t)
	u := tb.create()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	f := tb.start(bin["get-user"], endpoint, writer)
	require.NoError(t, writer.Close())
	require.NoError(t, reader.Close())
	for range 3 {
		assert.Equal(t, http.StatusOK, invoke(t, f, event(t, "get-user", u.ID)).StatusCode)
	}
}

func testAwayAtFirst(t *testing.T, bin map[string]string) {
	tb := newTable(t)
	u := tb.create()
	log := new(runtimeapi.Log)
	proxy := &storetest.Faulty{Fault: storetest.Silence, First: 1}
	f := tb.start(bin["get-user"], proxy.Serve(t, endpoint), log)
	assert.Equal(t, http.StatusOK, invoke(t, f, event(t, "get-user", u.ID)).StatusCode)
	assert.Equal(t, http.StatusOK, invoke(t, f, event(t, "get-user", u.ID)).StatusCode)
	var line struct{ PrimeMS float64 }
	require.NoError(t, log.Line(t.Context(), "1", &line))
	assert.Greater(t, line.PrimeMS, 1000.0, "priming waited for the silent table, and then went on")
}

// Each function serves itself its made-up request with success, and writes
// nothing.
func testRehearsals(t *testing.T, bin map[string]string) {
	for name, binary := range bin {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tb := newTable(t)
			calls, log := new(storetest.Faulty), new(runtimeapi.Log)
			f := tb.start(binary, calls.Serve(t, endpoint), log)
			assert.Equal(t, http.StatusUnauthorized, invoke(t, f, []byte("{}")).StatusCode, "which asks no table")
			assert.LessOrEqual(t, calls.Calls(), int64(2), "connections, and no more")
			items, err := storetest.Items(t.Context(), tb.client, tb.name)
			require.NoError(t, err)
			assert.Empty(t, items)
			var line struct {
				Primed     int
				PrimeError string
			}
			require.NoError(t, log.Line(t.Context(), "1", &line))
			assert.Equal(t, 1, line.Primed, line.PrimeError)
		})
	}
}

func testEnvironment(t *testing.T, bin map[string]string) {
	log := new(runtimeapi.Log)
	f, err := runtimeapi.Start(bin["get-user"], []string{"STAGE=a b", "CORS_ORIGINS=example.com", "AWS_ENDPOINT_URL=localhost"}, log)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	code, err := f.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, code)
	text := log.Text()
	assert.Equal(t, 1, strings.Count(text, "\n"), "one line: %s", text)
	for _, variable := range []string{"SERVICE", "STAGE", "CORS_ORIGINS", "TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} {
		assert.Contains(t, text, variable)
	}
}
