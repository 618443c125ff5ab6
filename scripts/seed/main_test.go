package main

import (
	"context"
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

// TestRuns runs seed several times on one table; the first run is stopped at its first write.
func TestRuns(t *testing.T) {
	name := "users-" + uuid.NewString()
	require.NoError(t, usertest.CreateTable(t.Context(), storetest.Client(endpoint), name))
	setEnvironment(t, name)
	ctx, stop := context.WithCancel(t.Context())
	stopping := storetest.Faulty{Operation: "TransactWriteItems", First: 1, Fault: func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		stop()
		forward.ServeHTTP(w, r)
	}}
	t.Setenv("AWS_ENDPOINT_URL", stopping.Serve(t, endpoint))
	assert.EqualError(t, run(ctx, []string{"-n", "1000"}, io.Discard), "stopped: run the same command to continue")

	t.Setenv("AWS_ENDPOINT_URL", endpoint)
	for _, tt := range []struct {
		args, report string
		users        int
	}{
		{args: "-n 60", report: `made \d+ users in \S+ \(\d+/s\), found \d+`, users: 60},
		{args: "-n 100", report: `made 40 users in \S+ \(\d+/s\), found 60`, users: 100},
		{args: "-n 10 -seed 7", report: `made 10 users in \S+ \(\d+/s\), found 0`, users: 110},
		{args: "-n 100", report: `made 0 users in \S+ \(0/s\), found 100`, users: 110},
	} {
		var out strings.Builder
		require.NoError(t, run(t.Context(), strings.Fields(tt.args), &out), tt.args)
		assert.Regexp(t, "^table "+name+" in us-east-1: "+tt.report+" that were there\n$", out.String())
		users, err := usertest.CheckConsistent(t.Context(), storetest.Client(endpoint), name)
		require.NoError(t, err)
		assert.Equal(t, tt.users, users, tt.args)
	}
}

func TestManyUsersOnTheLocalAWSAreWarnedOf(t *testing.T) {
	assert.Contains(t, table{local: true}.warning(manyUsers+1), "`make load` fails")
	assert.Empty(t, table{local: true}.warning(manyUsers)+table{}.warning(manyUsers+1))
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for name, tt := range map[string]struct{ table, unset, args, want string }{
		"no users":       {args: "-n 0", want: "N=0, must be from 1 to 1000000000"},
		"no make dev":    {want: "TABLE_NAME is not set, and the local AWS is not running: start it with `make dev`"},
		"no region":      {table: "users", unset: "AWS_REGION", want: "set AWS_REGION"},
		"no credentials": {table: "users", unset: "AWS_ACCESS_KEY_ID", want: "no AWS credentials: set AWS_PROFILE"},
		"no table":       {table: "none", want: "there is no table none in us-east-1: deploy it first"},
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
