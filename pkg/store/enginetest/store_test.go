//go:build engines

package enginetest

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/user"
)

// endpoint is DynamoDB Local's URL, local that of the local AWS.
var endpoint, local = os.Getenv("DYNAMODB_LOCAL_URL"), os.Getenv("LOCAL_AWS_URL")

func TestMain(m *testing.M) {
	if endpoint == "" || local == "" {
		fmt.Fprintln(os.Stderr, "DYNAMODB_LOCAL_URL and LOCAL_AWS_URL must name running engines: use make test-engines, which starts them")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// fixture is a table of a test's own, with a clock that the test turns.
type fixture struct {
	*store.Table
	t        *testing.T
	endpoint string
	client   *dynamodb.Client
	name     string
	ahead    atomic.Int64 // how far the clock is ahead of the real one, in ns
}

// newFixture makes a table on Amazon's engine.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	t.Parallel()
	return newFixtureAt(t, endpoint)
}

// onEachEngine runs a part of the store's contract on both engines.
func onEachEngine(t *testing.T, test func(*testing.T, *fixture)) {
	t.Parallel()
	for name, at := range map[string]string{"DynamoDB Local": endpoint, "local AWS": local} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixtureAt(t, at))
		})
	}
}

func newFixtureAt(t *testing.T, endpoint string) *fixture {
	t.Helper()
	f := &fixture{t: t, endpoint: endpoint, client: storetest.Client(endpoint), name: "users-" + uuid.NewString()}
	require.NoError(t, storetest.CreateTable(t.Context(), f.client, f.name))
	f.Table = store.New(f.client, f.name, f.now, uuid.NewV7)
	return f
}

func (f *fixture) now() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }

func (f *fixture) advance(d time.Duration) { f.ahead.Add(int64(d)) }

// fromEnv gives the table as a deployed function has it: with the client,
// timeouts and retries of production, at the given endpoint.
func (f *fixture) fromEnv(endpoint string) *store.Table {
	f.t.Helper()
	table, err := store.FromEnv(lookup(map[string]string{
		"TABLE_NAME": f.name, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	}))
	require.NoError(f.t, err)
	return table
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(key string) (string, bool) { v, ok := env[key]; return v, ok }
}

// counted gives the table at an address that counts the calls to it.
func (f *fixture) counted() (*store.Table, *storetest.Faulty) {
	f.t.Helper()
	calls := new(storetest.Faulty)
	return store.New(storetest.Client(calls.Serve(f.t, f.endpoint)), f.name, f.now, uuid.NewV7), calls
}

func (f *fixture) create(in user.Input) user.User {
	f.t.Helper()
	u, err := f.Create(f.t.Context(), in, store.Idempotency{})
	require.NoError(f.t, err)
	return u
}

// items gives all items of the table.
func (f *fixture) items() []storetest.Item {
	f.t.Helper()
	items, err := storetest.Items(context.WithoutCancel(f.t.Context()), f.client, f.name)
	require.NoError(f.t, err)
	return items
}

// requireConsistent gives the number of users in a table that is as it must be.
func (f *fixture) requireConsistent() int {
	f.t.Helper()
	users, err := storetest.CheckConsistent(context.WithoutCancel(f.t.Context()), f.client, f.name)
	require.NoError(f.t, err)
	return users
}

func requireKind(t *testing.T, want apperr.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, apperr.KindOf(err), "%v", err)
}

func anyVersion(int64) bool { return true }

func version(want int64) store.Allow { return func(v int64) bool { return v == want } }

var ann = user.Input{Name: "Ann", Email: "Ann@Example.com"}

func input(email string) user.Input { return user.Input{Name: "Somebody", Email: email} }

func TestCreateAndGet(t *testing.T) { onEachEngine(t, testCreateAndGet) }

func testCreateAndGet(t *testing.T, f *fixture) {
	age := 42
	created := f.create(user.Input{Name: "Ann", Email: "Ann@Example.com", Age: &age})

	got, err := f.Get(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Equal(t, created, got)
	assert.Equal(t, 1, f.requireConsistent())

	_, err = f.Get(t.Context(), uuid.NewString())
	requireKind(t, apperr.NotFound, err)
}

func TestItemsAsDesigned(t *testing.T) { onEachEngine(t, testItemsAsDesigned) }

func testItemsAsDesigned(t *testing.T, f *fixture) {
	age := 42
	u, err := f.Create(t.Context(), user.Input{Name: "Ann", Email: "Ann@Example.com", Age: &age}, store.Idempotency{Principal: "jwt:me", Key: "k"})
	require.NoError(t, err)
	items := f.items()
	require.Len(t, items, 3)
	for _, it := range items {
		var names []string
		for name := range it {
			names = append(names, name)
		}
		switch id := storetest.Text(it, "id"); {
		case id == u.ID:
			assert.ElementsMatch(t, []string{"id", "name", "email", "age", "createdAt", "updatedAt", "version", "listShard"}, names)
			assert.Equal(t, u.CreatedAt.String(), storetest.Text(it, "createdAt"))
			assert.IsType(t, &types.AttributeValueMemberN{}, it["listShard"])
		case id == "email#ann@example.com":
			assert.ElementsMatch(t, []string{"id", "userId"}, names)
		default:
			assert.Regexp(t, `^idempotency#[0-9a-f]{64}$`, id)
			assert.ElementsMatch(t, []string{"id", "userId", "fingerprint", "expiresAt"}, names)
		}
	}
}

func TestCreateTakenAddress(t *testing.T) { onEachEngine(t, testCreateTakenAddress) }

func testCreateTakenAddress(t *testing.T, f *fixture) {
	f.create(ann)
	for _, same := range []string{"Ann@Example.com", "ann@example.com", "ANN@EXAMPLE.COM"} {
		_, err := f.Create(t.Context(), input(same), store.Idempotency{})
		requireKind(t, apperr.Conflict, err)
		assert.NotContains(t, err.Error(), "xample.com", "an address is no business of a log")
	}
	assert.Equal(t, 1, f.requireConsistent(), "nothing of the others is written")
}

func TestIdempotencyKey(t *testing.T) { onEachEngine(t, testIdempotencyKey) }

func testIdempotencyKey(t *testing.T, f *fixture) {
	idem := store.Idempotency{Principal: "jwt:me", Key: "k1"}
	first, err := f.Create(t.Context(), ann, idem)
	require.NoError(t, err)

	t.Run("same input gives the same user", func(t *testing.T) {
		again, err := f.Create(t.Context(), ann, idem)
		require.NoError(t, err)
		assert.Equal(t, first, again)
	})
	t.Run("another input is refused", func(t *testing.T) {
		_, err := f.Create(t.Context(), input("other@example.com"), idem)
		requireKind(t, apperr.KeyReused, err)
	})
	t.Run("another principal's key is another key", func(t *testing.T) {
		u, err := f.Create(t.Context(), input("bea@example.com"), store.Idempotency{Principal: "api-key:me", Key: "k1"})
		require.NoError(t, err)
		assert.NotEqual(t, first.ID, u.ID)
	})
	t.Run("the first answer again, though the user has changed since", func(t *testing.T) {
		_, err := f.Update(t.Context(), first.ID, input("new@example.com"), anyVersion, 0)
		require.NoError(t, err)
		again, err := f.Create(t.Context(), ann, idem)
		require.NoError(t, err)
		assert.Equal(t, first, again)
	})
	t.Run("an expired key that TTL has not deleted yet is free", func(t *testing.T) {
		f.advance(25 * time.Hour)
		u, err := f.Create(t.Context(), input("cid@example.com"), idem)
		require.NoError(t, err)
		assert.NotEqual(t, first.ID, u.ID)
	})
	f.requireConsistent()
}

func TestUpdate(t *testing.T) { onEachEngine(t, testUpdate) }

func testUpdate(t *testing.T, f *fixture) {
	bea := f.create(input("bea@example.com"))
	u := f.create(ann)

	t.Run("same address", func(t *testing.T) {
		age := 20
		got, err := f.Update(t.Context(), u.ID, user.Input{Name: "Ann Lee", Email: "ANN@example.com", Age: &age}, anyVersion, 0)
		require.NoError(t, err)
		assert.EqualValues(t, 2, got.Version)
		stored, err := f.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Equal(t, got, stored)
		assert.Equal(t, "ANN@example.com", stored.Email)
	})
	t.Run("an age that is not said is gone", func(t *testing.T) {
		_, err := f.Update(t.Context(), u.ID, ann, version(2), 0)
		require.NoError(t, err)
		stored, err := f.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Nil(t, stored.Age)
	})
	t.Run("new address frees the old one", func(t *testing.T) {
		_, err := f.Update(t.Context(), u.ID, input("lee@example.com"), anyVersion, 0)
		require.NoError(t, err)
		assert.Equal(t, 2, f.requireConsistent())
		f.create(ann)
	})
	t.Run("an address that is taken", func(t *testing.T) {
		_, err := f.Update(t.Context(), u.ID, input("BEA@example.com"), anyVersion, 0)
		requireKind(t, apperr.Conflict, err)
		stored, err := f.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Equal(t, "lee@example.com", stored.Email)
	})
	t.Run("another version", func(t *testing.T) {
		_, err := f.Update(t.Context(), bea.ID, input("x@example.com"), version(7), 0)
		requireKind(t, apperr.PreconditionFailed, err)
	})
	t.Run("no such user", func(t *testing.T) {
		_, err := f.Update(t.Context(), uuid.NewString(), ann, anyVersion, 0)
		requireKind(t, apperr.NotFound, err)
	})
	assert.Equal(t, 3, f.requireConsistent())
}

func TestUpdateExpected(t *testing.T) { onEachEngine(t, testUpdateExpected) }

func testUpdateExpected(t *testing.T, f *fixture) {
	f.create(input("bea@example.com"))
	u := f.create(ann)
	age := 20
	steps := []struct {
		name     string
		ahead    time.Duration // by how much the clock goes on
		in       user.Input
		allow    store.Allow
		expected int64
		version  int64 // of what is there then
		calls    int64
		kind     apperr.Kind // of the error, where calls is 0
	}{
		{"the version that is there", time.Second, user.Input{Name: "Ann Lee", Email: ann.Email, Age: &age}, version(1), 1, 2, 1, 0},
		{"and the next", time.Minute, ann, version(2), 2, 3, 1, 0},
		{"by a clock that is behind", -time.Hour, ann, version(3), 3, 4, 2, 0},
		{"an address in other letters", 0, input("ANN@example.com"), version(4), 4, 5, 2, 0},
		{"a new address", 0, input("lee@example.com"), version(5), 5, 6, 2, 0},
		{"an expectation that is wrong, and is no condition", 0, input("lee@example.com"), anyVersion, 3, 7, 2, 0},
		{"one that the condition forbids", 0, input("lee@example.com"), version(7), 3, 8, 2, 0},
		{"another version", 0, input("lee@example.com"), version(7), 7, 8, 0, apperr.PreconditionFailed},
		{"an address that is taken", 0, input("BEA@example.com"), version(8), 8, 8, 0, apperr.Conflict},
	}
	before := u
	for _, step := range steps {
		f.advance(step.ahead)
		table, calls := f.counted()
		got, err := table.Update(t.Context(), u.ID, step.in, step.allow, step.expected)
		stored, getErr := f.Get(t.Context(), u.ID)
		require.NoError(t, getErr)
		assert.Equal(t, step.version, stored.Version, step.name)
		if step.calls == 0 {
			requireKind(t, step.kind, err)
			assert.Equal(t, before, stored, step.name)
			continue
		}
		require.NoError(t, err, step.name)
		assert.Equal(t, got, stored, step.name)
		assert.Equal(t, u.CreatedAt, stored.CreatedAt, step.name)
		assert.False(t, time.Time(stored.UpdatedAt).Before(time.Time(before.UpdatedAt)), step.name)
		assert.Equal(t, step.calls, calls.Calls(), step.name)
		before = stored
	}
	assert.Equal(t, 2, f.requireConsistent())

	_, err := f.Update(t.Context(), uuid.NewString(), ann, version(1), 1)
	requireKind(t, apperr.NotFound, err)
}

func TestDelete(t *testing.T) { onEachEngine(t, testDelete) }

func testDelete(t *testing.T, f *fixture) {
	u := f.create(ann)

	requireKind(t, apperr.PreconditionFailed, f.Delete(t.Context(), u.ID, version(2)))
	require.NoError(t, f.Delete(t.Context(), u.ID, version(1)))
	assert.Empty(t, f.items(), "the reservation goes with the user")
	requireKind(t, apperr.NotFound, f.Delete(t.Context(), u.ID, anyVersion))
	f.create(ann)
}

func TestFindByEmail(t *testing.T) { onEachEngine(t, testFindByEmail) }

func testFindByEmail(t *testing.T, f *fixture) {
	u := f.create(ann)

	found, err := f.FindByEmail(t.Context(), "ANN@EXAMPLE.COM")
	require.NoError(t, err)
	assert.Equal(t, []user.User{u}, found)

	found, err = f.FindByEmail(t.Context(), "bea@example.com")
	require.NoError(t, err)
	assert.Empty(t, found)

	_, err = f.FindByEmail(t.Context(), "no address")
	requireKind(t, apperr.Invalid, err)
}

func TestAnItemThatIsBroken(t *testing.T) {
	f := newFixture(t)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	for i, tt := range []struct {
		attribute string
		value     types.AttributeValue // nil for none
	}{
		{"createdAt", text("yesterday")}, {"updatedAt", number("1")}, {"email", nil},
		{"version", text("1")}, {"version", number("1.5")}, {"age", text("forty")},
	} {
		u := f.create(input(fmt.Sprintf("user%d@example.com", i)))
		whole, err := f.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &f.name, Key: map[string]types.AttributeValue{"id": text(u.ID)}})
		require.NoError(t, err)
		delete(whole.Item, tt.attribute)
		if tt.value != nil {
			whole.Item[tt.attribute] = tt.value
		}
		_, err = f.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &f.name, Item: whole.Item})
		require.NoError(t, err)
		_, err = f.Get(t.Context(), u.ID)
		requireKind(t, apperr.Internal, err)
		assert.ErrorContains(t, err, `get user "`+u.ID+`"`)
		assert.ErrorContains(t, err, tt.attribute+": ")
	}
}

func TestAMissingTableIsOurFault(t *testing.T) {
	t.Parallel()
	table := store.New(storetest.Client(endpoint), "no-such-table", time.Now, uuid.NewV7)
	_, err := table.Get(t.Context(), uuid.NewString())
	requireKind(t, apperr.Internal, err)
	assert.NotContains(t, apperr.From(err).Message, "table")
}
