// Package faults runs the functions' binaries on a table that fails, and kills them between any two
// calls to it.
package faults

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
	"users-api/scripts/internal/dynamodblocal"
	"users-api/scripts/internal/harness"
)

var endpoint string

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

const root = "../../.."

// binaries are the routes' functions, by their names in serverless.yml.
type binaries map[string]string

// TestFaults has all tests as its subtests, so that each function is built once.
func TestFaults(t *testing.T) {
	t.Parallel()
	functions, err := harness.Functions(root)
	require.NoError(t, err)
	bin := binaries{}
	for _, route := range auth.Routes() {
		bin[route.Function] = runtimeapi.Build(t, functions[route.Function].Handler)
	}
	for name, test := range map[string]func(*testing.T, binaries){
		"killed while it creates": testKillCreate,
		"killed while it updates": testKillUpdate,
		"killed while it deletes": testKillDelete,
		"silent table":            testSilentTable,
		"rehearsal":               testRehearsal,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, bin) })
	}
}

// table is a table of a test's own.
type table struct {
	*store.Table
	t      *testing.T
	client *dynamodb.Client
	name   string
}

func newTable(t *testing.T) table {
	t.Helper()
	client, name := storetest.Client(endpoint), "users-"+uuid.NewString()
	require.NoError(t, usertest.CreateTable(t.Context(), client, name))
	return table{store.New(client, name, time.Now, user.NewID), t, client, name}
}

const annsAddress = "ann@example.com"

func (tb table) ann() user.User {
	tb.t.Helper()
	created, err := tb.Create(tb.t.Context(), usertest.Input("Ann", annsAddress), store.Idempotency{})
	require.NoError(tb.t, err)
	return created.User
}

// consistent checks the whole table and returns how many users it has.
func (tb table) consistent() int {
	tb.t.Helper()
	users, err := usertest.CheckConsistent(tb.t.Context(), tb.client, tb.name)
	require.NoError(tb.t, err)
	return users
}

// start starts a function on the table, which it finds at a URL.
func (tb table) start(binary, url string, log io.Writer, environment ...string) *runtimeapi.Function {
	tb.t.Helper()
	own := []string{"SERVICE=example", "STAGE=test", "TABLE_NAME=" + tb.name, "AWS_ENDPOINT_URL_DYNAMODB=" + url}
	f, err := runtimeapi.Start(binary, slices.Concat(runtimeapi.Environment("fn", 128), own, environment), log)
	require.NoError(tb.t, err)
	tb.t.Cleanup(func() { assert.NoError(tb.t, f.Close()) })
	return f
}

func invoke(t *testing.T, f *runtimeapi.Function, event string) (a events.APIGatewayProxyResponse) {
	t.Helper()
	out, err := f.Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &a))
	return a
}

// event is the event that a function's folder embeds, about a user.
func event(t *testing.T, folder, id, email string) string {
	t.Helper()
	e, err := runtimeapi.ReadEvent(filepath.Join(root, "functions", folder))
	require.NoError(t, err)
	return string(e.About(id, email))
}
