package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/scripts/internal/dynamodblocal"
)

var endpoint string

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

// setEnvironment sets TABLE_NAME and everything that the SDK reads.
func setEnvironment(t *testing.T, table string) {
	t.Helper()
	for name, value := range map[string]string{
		"TABLE_NAME": table, "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "",
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
}

// createTable creates an empty table and sets TABLE_NAME to its name.
func createTable(t *testing.T) (name string) {
	t.Helper()
	name = "users-" + uuid.NewString()
	require.NoError(t, usertest.CreateTable(t.Context(), storetest.Client(endpoint), name))
	setEnvironment(t, name)
	return name
}

func TestASecondRunAddsNothingTwice(t *testing.T) {
	name := createTable(t)
	for _, tt := range []struct {
		args               string
		made, found, users int
	}{
		{args: "-n 60", made: 60, found: 0, users: 60},
		{args: "-n 100 -workers 1", made: 40, found: 60, users: 100},
		{args: "-n 10 -seed 7", made: 10, found: 0, users: 110},
		{args: "-n 100", made: 0, found: 100, users: 110},
	} {
		var out strings.Builder
		require.NoError(t, run(t.Context(), strings.Fields(tt.args), &out), tt.args)
		assert.Regexp(t, fmt.Sprintf(`^table %s in us-east-1: made %d users in \S+ \(\d+/s\), found %d that were there\n$`, name, tt.made, tt.found), out.String(), tt.args)
		users, err := usertest.CheckConsistent(t.Context(), storetest.Client(endpoint), name)
		require.NoError(t, err)
		assert.Equal(t, tt.users, users, tt.args)
	}
}

func TestAStoppedRunIsContinued(t *testing.T) {
	name := createTable(t)
	ctx, stop := context.WithCancel(t.Context())
	stopping := storetest.Faulty{Operation: "TransactWriteItems", First: 1, Fault: func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		stop()
		forward.ServeHTTP(w, r)
	}}
	t.Setenv("AWS_ENDPOINT_URL", stopping.Serve(t, endpoint))
	assert.EqualError(t, run(ctx, []string{"-n", "1000"}, io.Discard), "stopped: run the same command to continue")

	t.Setenv("AWS_ENDPOINT_URL", endpoint)
	require.NoError(t, run(t.Context(), []string{"-n", "50"}, io.Discard))
	users, err := usertest.CheckConsistent(t.Context(), storetest.Client(endpoint), name)
	require.NoError(t, err)
	assert.Equal(t, 50, users)
}

func TestManyUsersOnTheLocalAWSAreWarnedOf(t *testing.T) {
	assert.Contains(t, table{local: true}.warning(manyUsers+1), "`make load` fails")
	assert.Empty(t, table{local: true}.warning(manyUsers)+table{}.warning(manyUsers+1))
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for name, tt := range map[string]struct{ table, unset, args, want string }{
		"no users":         {args: "-n 0", want: "N=0, must be from 1 to 1000000000"},
		"too many workers": {args: "-workers 1000", want: "WORKERS=1000: must be from 1 to 256"},
		"no make dev":      {want: "TABLE_NAME is not set, and the local AWS is not running: start it with `make dev`"},
		"no region":        {table: "users", unset: "AWS_REGION", want: "set AWS_REGION"},
		"no credentials":   {table: "users", unset: "AWS_ACCESS_KEY_ID", want: "no AWS credentials: set AWS_PROFILE"},
		"no table":         {table: "none", want: "there is no table none in us-east-1: deploy it first"},
	} {
		t.Run(name, func(t *testing.T) {
			setEnvironment(t, tt.table)
			if tt.unset != "" {
				t.Setenv(tt.unset, "")
			}
			assert.ErrorContains(t, run(t.Context(), strings.Fields(tt.args), io.Discard), tt.want)
		})
	}
}
