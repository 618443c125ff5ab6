package main

import (
	"users-api/pkg/testing/storetest"

	"context"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/dynamodblocal"
	"users-api/scripts/internal/people"
)

var endpoint string

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

// useTable has the environment name a new table of DynamoDB Local.
func useTable(t *testing.T) string {
	t.Helper()
	name := "users-" + uuid.NewString()
	require.NoError(t, storetest.CreateTable(t.Context(), storetest.Client(endpoint), name))
	setEnvironment(t, map[string]string{"TABLE_NAME": name, "AWS_ENDPOINT_URL_DYNAMODB": endpoint})
	return name
}

// setEnvironment sets what the SDK reads, and nothing of the machine's own.
func setEnvironment(t *testing.T, more map[string]string) {
	t.Helper()
	none := t.TempDir() + "/none"
	for name, value := range map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none,
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_DYNAMODB": "", "AWS_DEFAULT_REGION": "",
	} {
		t.Setenv(name, value)
	}
	for name, value := range more {
		t.Setenv(name, value)
	}
}

func runSeed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), args, &out)
	return out.String(), err
}

func TestSeedsATable(t *testing.T) {
	name := useTable(t)
	out, err := runSeed(t, "-n", "60")
	require.NoError(t, err)
	assert.Regexp(t, `^table users-\S+ in us-east-1: made 60 users in \S+ \(\d+/s\), found 0 that were there\n$`, out)

	out, err = runSeed(t, "-n", "100")
	require.NoError(t, err)
	assert.Contains(t, out, "made 40 users")
	assert.Contains(t, out, "found 60 that were there")

	out, err = runSeed(t, "-n", "10", "-seed", "7")
	require.NoError(t, err)
	assert.Contains(t, out, "made 10 users")

	all, err := storetest.Items(t.Context(), storetest.Client(endpoint), name)
	require.NoError(t, err)
	assert.Len(t, all, 2*110, "a user and a reservation each, and no record of a key")
}

func TestAStoppedRunSaysThatItCanGoOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	table := newFakeTable()
	table.before = func(string) error {
		if len(table.users) == 7 {
			cancel()
		}
		return nil
	}
	var out strings.Builder
	err := seed(ctx, options{users: 5000, workers: 1}, target{name: "table users", table: table}, &out)
	assert.EqualError(t, err, "stopped; the same command goes on where this one was")
	assert.Regexp(t, `^table users: made \d+ users`, out.String())
	assert.Less(t, len(table.users), 15)
}

func TestAnEarlierRunIsMentioned(t *testing.T) {
	t.Parallel()
	table := newFakeTable()
	finish(t, table, 2500)
	var out strings.Builder
	require.NoError(t, seed(t.Context(), options{users: 2600, workers: 8}, target{name: "table users", table: table}, &out))
	assert.Contains(t, out.String(), "table users: going on behind 2000 users of an earlier run\n")
	assert.Contains(t, out.String(), "made 100 users")
	assert.Contains(t, out.String(), "found 2500 that were there")
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		name        string
		environment map[string]string
		args        []string
		want        string
	}{
		{"no users", nil, []string{"-n", "0"}, "N=0, must be from 1 to 1000000000"},
		{"too many workers", nil, []string{"-workers", "1000"}, "WORKERS=1000: must be from 1 to 256"},
		{"an argument", nil, []string{"100000"}, "use `make seed N=100000`"},
		{"no region", map[string]string{"AWS_REGION": "", "TABLE_NAME": "users"}, nil, "Set AWS_REGION"},
		{"no credentials", map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "TABLE_NAME": "users"}, nil, "no AWS credentials: set AWS_PROFILE"},
		{"no table", map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "TABLE_NAME": "no-such-table"}, nil,
			"there is no table no-such-table in us-east-1: deploy it first"},
		{"nobody listens", map[string]string{"AWS_ENDPOINT_URL": "http://" + closedPort(t), "TABLE_NAME": "users"}, nil, "Nothing answers there: start `make dev`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setEnvironment(t, tt.environment)
			_, err := runSeed(t, tt.args...)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestWithoutMakeDev(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(root+"/go.mod", []byte("module users-api\n"), 0o644))
	require.NoError(t, os.WriteFile(root+"/serverless.yml", nil, 0o644))
	t.Chdir(root)
	setEnvironment(t, map[string]string{"TABLE_NAME": ""})
	_, err := runSeed(t)
	assert.ErrorContains(t, err, "the local AWS is not running: start it with `make dev` in another terminal")
}

// closedPort is an address that nobody listens at.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

func TestPeopleOfTheSeedAreFoundByTheirAddress(t *testing.T) {
	useTable(t)
	_, err := runSeed(t, "-n", "5")
	require.NoError(t, err)
	where, err := findTarget(t.Context(), 1)
	require.NoError(t, err)
	for i := range 5 {
		found, err := where.table.FindByEmail(t.Context(), people.At(0, i).Email)
		require.NoError(t, err)
		require.Len(t, found, 1)
		assert.Equal(t, people.At(0, i).Name, found[0].Name)
	}
}
