//go:build engines

package enginetest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/amazon"
	"users-api/pkg/apperr"
	"users-api/pkg/dynamo"
	"users-api/pkg/env"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// The URLs of DynamoDB Local and of the local AWS.
var endpoint, localAWS = os.Getenv("DYNAMODB_LOCAL_URL"), os.Getenv("LOCAL_AWS_URL")

func TestMain(m *testing.M) {
	if endpoint == "" || localAWS == "" {
		fmt.Fprintln(os.Stderr, "DYNAMODB_LOCAL_URL and LOCAL_AWS_URL must be the URLs of running engines: use make test-engines, which starts them")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// fixture is the table of one test, with a clock that the test advances.
type fixture struct {
	*store.Table
	t        *testing.T
	endpoint string
	client   *dynamodb.Client
	name     string
	ahead    atomic.Int64 // by how many nanoseconds the clock is ahead
}

// newFixture creates a table on DynamoDB Local.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	t.Parallel()
	return newFixtureAt(t, endpoint)
}

// onEachEngine runs a part of the store's contract on both engines.
func onEachEngine(t *testing.T, test func(*testing.T, *fixture)) {
	t.Parallel()
	for name, endpoint := range map[string]string{"DynamoDB Local": endpoint, "local AWS": localAWS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixtureAt(t, endpoint))
		})
	}
}

func newFixtureAt(t *testing.T, endpoint string) *fixture {
	t.Helper()
	f := &fixture{t: t, endpoint: endpoint, client: storetest.Client(endpoint), name: "users-" + uuid.NewString()}
	require.NoError(t, usertest.CreateTable(t.Context(), f.client, f.name))
	f.Table = store.New(f.client, f.name, f.now, user.NewID)
	return f
}

func (f *fixture) now() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }

func (f *fixture) advance(d time.Duration) { f.ahead.Add(int64(d)) }

// fromEnv returns the table at an endpoint as a deployed function has it, with the client, timeouts
// and retries of production.
func (f *fixture) fromEnv(endpoint string) *store.Table {
	f.t.Helper()
	table, err := store.FromEnv(f.environment(endpoint))
	require.NoError(f.t, err)
	return table
}

// patient returns the table at an endpoint with the transport and the retries of production, but
// without its timeouts for an answer: a slow machine causes no additional call.
func (f *fixture) patient(endpoint string) *store.Table {
	f.t.Helper()
	r := env.New(f.environment(endpoint))
	options := dynamo.FromEnv(r).Options()
	client := amazon.Config(r, "DYNAMODB").HTTPClient.(*http.Client)
	require.NoError(f.t, r.Err())
	client.Timeout, client.Transport.(*http.Transport).ResponseHeaderTimeout = 0, 0
	options.HTTPClient = client
	return store.New(dynamodb.New(options), f.name, f.now, user.NewID)
}

// environment returns the variables of a deployed function.
func (f *fixture) environment(endpoint string) env.Lookup {
	return lookup(map[string]string{
		"TABLE_NAME": f.name, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	})
}

func lookup(variables map[string]string) env.Lookup {
	return func(name string) (string, bool) { v, ok := variables[name]; return v, ok }
}

// counted returns the table behind a proxy that counts calls.
func (f *fixture) counted() (*store.Table, *storetest.Faulty) {
	f.t.Helper()
	calls := new(storetest.Faulty)
	return store.New(storetest.Client(calls.Serve(f.t, f.endpoint)), f.name, f.now, user.NewID), calls
}

func (f *fixture) create(in user.Input) user.User {
	f.t.Helper()
	created, err := f.Create(f.t.Context(), in, store.Idempotency{})
	require.NoError(f.t, err)
	return created.User
}

// items returns all items of the table.
func (f *fixture) items() []storetest.Item {
	f.t.Helper()
	items, err := storetest.Items(context.WithoutCancel(f.t.Context()), f.client, f.name)
	require.NoError(f.t, err)
	return items
}

// requireConsistent fails the test unless the table is consistent, and returns its number of users.
func (f *fixture) requireConsistent() int {
	f.t.Helper()
	users, err := usertest.CheckConsistent(context.WithoutCancel(f.t.Context()), f.client, f.name)
	require.NoError(f.t, err)
	return users
}

// newID returns the id of a user that does not exist.
func newID(t *testing.T) user.ID {
	t.Helper()
	id, err := user.NewID()
	require.NoError(t, err)
	return id
}

func requireKind(t *testing.T, want apperr.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, apperr.KindOf(err), "%v", err)
}

// allow is a precondition without an expected version, so that a write reads the user first.
type allow func(version int64) bool

func (a allow) Allows(version int64) bool { return a(version) }
func (allow) Expected() int64             { return 0 }

// expecting is a precondition with an expected version.
type expecting struct {
	allow
	version int64
}

func (e expecting) Expected() int64 { return e.version }

func precondition(a allow, expected int64) store.Precondition { return expecting{a, expected} }

var anyVersion allow = func(int64) bool { return true }

func version(want int64) allow { return func(v int64) bool { return v == want } }

var ann = usertest.Input("Ann", "Ann@Example.com")

func input(email string) user.Input { return usertest.Input("Somebody", email) }

// named returns ann with another name.
func named(name string) user.Input { return user.Input{Name: name, Email: ann.Email} }

func TestCreateAndGet(t *testing.T) { onEachEngine(t, testCreateAndGet) }

func testCreateAndGet(t *testing.T, f *fixture) {
	age := 42
	created := f.create(user.Input{Name: "Ann", Email: usertest.Email("Ann@Example.com"), Age: &age})

	got, err := f.Get(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Equal(t, created, got)
	assert.Equal(t, 1, f.requireConsistent())

	_, err = f.Get(t.Context(), newID(t))
	requireKind(t, apperr.NotFound, err)
}

func TestItems(t *testing.T) { onEachEngine(t, testItems) }

func testItems(t *testing.T, f *fixture) {
	age := 42
	created, err := f.Create(t.Context(), user.Input{Name: "Ann", Email: usertest.Email("Ann@Example.com"), Age: &age},
		store.Idempotency{Principal: "jwt:me", Key: "k"})
	require.NoError(t, err)
	u := created.User
	items := f.items()
	require.Len(t, items, 3)
	for _, it := range items {
		var names []string
		for name := range it {
			names = append(names, name)
		}
		switch id := storetest.Text(it, "id"); {
		case id == u.ID.String():
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
		assert.NotContains(t, err.Error(), "xample.com", "an address must not be logged")
	}
	assert.Equal(t, 1, f.requireConsistent(), "a refused creation must write nothing")
}

func TestIdempotencyKey(t *testing.T) { onEachEngine(t, testIdempotencyKey) }

func testIdempotencyKey(t *testing.T, f *fixture) {
	idem := store.Idempotency{Principal: "jwt:me", Key: "k1"}
	created, err := f.Create(t.Context(), ann, idem)
	require.NoError(t, err)
	assert.False(t, created.Replayed)
	first := created.User

	t.Run("same input", func(t *testing.T) {
		again, err := f.Create(t.Context(), ann, idem)
		require.NoError(t, err)
		assert.Equal(t, store.Created{User: first, Replayed: true}, again)
	})
	t.Run("other input", func(t *testing.T) {
		_, err := f.Create(t.Context(), input("other@example.com"), idem)
		requireKind(t, apperr.KeyReused, err)
	})
	t.Run("same key of another principal", func(t *testing.T) {
		created, err := f.Create(t.Context(), input("bea@example.com"), store.Idempotency{Principal: "api-key:me", Key: "k1"})
		require.NoError(t, err)
		assert.NotEqual(t, first.ID, created.User.ID)
	})
	t.Run("same input after an update", func(t *testing.T) {
		_, err := f.Update(t.Context(), first.ID, input("new@example.com"), anyVersion)
		require.NoError(t, err)
		again, err := f.Create(t.Context(), ann, idem)
		require.NoError(t, err)
		assert.Equal(t, store.Created{User: first, Replayed: true}, again)
	})
	t.Run("expired key that TTL has not deleted", func(t *testing.T) {
		f.advance(25 * time.Hour)
		created, err := f.Create(t.Context(), input("cid@example.com"), idem)
		require.NoError(t, err)
		assert.False(t, created.Replayed)
		assert.NotEqual(t, first.ID, created.User.ID)
	})
	f.requireConsistent()
}

func TestUpdate(t *testing.T) { onEachEngine(t, testUpdate) }

func testUpdate(t *testing.T, f *fixture) {
	bea := f.create(input("bea@example.com"))
	u := f.create(ann)

	t.Run("same address", func(t *testing.T) {
		age := 20
		got, err := f.Update(t.Context(), u.ID, user.Input{Name: "Ann Lee", Email: usertest.Email("ANN@example.com"), Age: &age}, anyVersion)
		require.NoError(t, err)
		assert.EqualValues(t, 2, got.Version)
		stored, err := f.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Equal(t, got, stored)
		assert.Equal(t, "ANN@example.com", stored.Email)
	})
	t.Run("omitted age", func(t *testing.T) {
		_, err := f.Update(t.Context(), u.ID, ann, version(2))
		require.NoError(t, err)
		stored, err := f.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Nil(t, stored.Age)
	})
	t.Run("new address", func(t *testing.T) {
		_, err := f.Update(t.Context(), u.ID, input("lee@example.com"), anyVersion)
		require.NoError(t, err)
		assert.Equal(t, 2, f.requireConsistent())
		f.create(ann)
	})
	t.Run("taken address", func(t *testing.T) {
		_, err := f.Update(t.Context(), u.ID, input("BEA@example.com"), anyVersion)
		requireKind(t, apperr.Conflict, err)
		stored, err := f.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Equal(t, "lee@example.com", stored.Email)
	})
	t.Run("wrong version", func(t *testing.T) {
		_, err := f.Update(t.Context(), bea.ID, input("x@example.com"), version(7))
		requireKind(t, apperr.PreconditionFailed, err)
	})
	t.Run("unknown user", func(t *testing.T) {
		_, err := f.Update(t.Context(), newID(t), ann, anyVersion)
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
		ahead    time.Duration // how far the clock advances
		in       user.Input
		allow    allow
		expected int64
		version  int64       // of the user after the step
		calls    int64       // of the table; 0 for an error
		kind     apperr.Kind // of the error
	}{
		{name: "current version", ahead: time.Second, in: user.Input{Name: "Ann Lee", Email: ann.Email, Age: &age},
			allow: version(1), expected: 1, version: 2, calls: 1},
		{name: "next version", ahead: time.Minute, in: ann, allow: version(2), expected: 2, version: 3, calls: 1},
		{name: "clock behind the last update", ahead: -time.Hour, in: ann, allow: version(3), expected: 3, version: 4, calls: 2},
		{name: "address in upper case", in: input("ANN@example.com"), allow: version(4), expected: 4, version: 5, calls: 2},
		{name: "new address", in: input("lee@example.com"), allow: version(5), expected: 5, version: 6, calls: 2},
		{name: "wrong expectation, any version allowed", in: input("lee@example.com"), allow: anyVersion, expected: 3, version: 7, calls: 2},
		{name: "wrong expectation, forbidden version", in: input("lee@example.com"), allow: version(7), expected: 3, version: 8, calls: 2},
		{name: "wrong version", in: input("lee@example.com"), allow: version(7), expected: 7, version: 8, kind: apperr.PreconditionFailed},
		{name: "taken address", in: input("BEA@example.com"), allow: version(8), expected: 8, version: 8, kind: apperr.Conflict},
	}
	before := u
	for _, step := range steps {
		f.advance(step.ahead)
		table, calls := f.counted()
		got, err := table.Update(t.Context(), u.ID, step.in, precondition(step.allow, step.expected))
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

	_, err := f.Update(t.Context(), newID(t), ann, precondition(version(1), 1))
	requireKind(t, apperr.NotFound, err)
}

func TestDelete(t *testing.T) { onEachEngine(t, testDelete) }

func testDelete(t *testing.T, f *fixture) {
	u := f.create(ann)

	requireKind(t, apperr.PreconditionFailed, f.Delete(t.Context(), u.ID, version(2)))
	require.NoError(t, f.Delete(t.Context(), u.ID, version(1)))
	assert.Empty(t, f.items(), "the reservation must be deleted with the user")
	requireKind(t, apperr.NotFound, f.Delete(t.Context(), u.ID, anyVersion))
	f.create(ann)
}

// An address may move to another user between the two reads of a search.
func TestFindByEmailDuringMove(t *testing.T) {
	f := newFixture(t)
	first := f.create(ann)
	var second user.User
	var reads int
	move := func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if reads++; reads == 2 {
			_, err := f.Update(t.Context(), first.ID, input("moved@example.com"), anyVersion)
			assert.NoError(t, err)
			second = f.create(ann)
		}
		forward.ServeHTTP(w, r)
	}
	table := f.faultyTable(t, &storetest.Faulty{Fault: move, Operation: "GetItem", First: storetest.Always})
	found, err := table.FindByEmail(t.Context(), ann.Email)
	require.NoError(t, err)
	assert.Equal(t, []user.User{second}, found)
}

func TestFindByEmail(t *testing.T) { onEachEngine(t, testFindByEmail) }

func testFindByEmail(t *testing.T, f *fixture) {
	u := f.create(ann)

	found, err := f.FindByEmail(t.Context(), usertest.Email("ANN@EXAMPLE.COM"))
	require.NoError(t, err)
	assert.Equal(t, []user.User{u}, found)

	found, err = f.FindByEmail(t.Context(), usertest.Email("bea@example.com"))
	require.NoError(t, err)
	assert.Empty(t, found)
}

// Users whose addresses an earlier release accepted or normalized otherwise stay usable.
func TestAddressesOfAnEarlierRelease(t *testing.T) {
	onEachEngine(t, func(t *testing.T, f *fixture) {
		text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
		for i, old := range []struct{ email, reserved string }{
			{email: "ann\ufe0f@example.com", reserved: "ann\ufe0f@example.com"},
			{email: "\u1fb3nna@example.com", reserved: "\u03b1\u03b9nna@example.com"},
		} {
			for _, change := range []func(user.ID) error{
				func(id user.ID) error {
					_, err := f.Update(t.Context(), id, input(fmt.Sprintf("new%d@example.com", i)), anyVersion)
					return err
				},
				func(id user.ID) error { return f.Delete(t.Context(), id, anyVersion) },
			} {
				u := f.create(input(fmt.Sprintf("old%d@example.com", i)))
				for _, item := range f.items() {
					id := item["id"].(*types.AttributeValueMemberS).Value
					switch id {
					case u.ID.String():
						item["email"] = text(old.email)
					case fmt.Sprintf("email#old%d@example.com", i):
						_, err := f.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &f.name, Key: map[string]types.AttributeValue{"id": text(id)}})
						require.NoError(t, err)
						item["id"] = text("email#" + old.reserved)
					default:
						continue
					}
					_, err := f.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &f.name, Item: item})
					require.NoError(t, err)
				}
				if address, err := user.ParseEmail(old.reserved); err == nil {
					found, err := f.FindByEmail(t.Context(), address)
					require.NoError(t, err)
					assert.Empty(t, found, "whose address is another one")
				}
				require.NoError(t, change(u.ID))
			}
		}
	})
}

func TestBrokenItem(t *testing.T) {
	f := newFixture(t)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	for i, tt := range []struct {
		attribute string
		value     types.AttributeValue // nil for a missing attribute
	}{
		{attribute: "createdAt", value: text("yesterday")}, {attribute: "updatedAt", value: number("1")}, {attribute: "email"},
		{attribute: "version", value: text("1")}, {attribute: "version", value: number("1.5")}, {attribute: "age", value: text("forty")},
	} {
		u := f.create(input(fmt.Sprintf("user%d@example.com", i)))
		out, err := f.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &f.name, Key: map[string]types.AttributeValue{"id": text(u.ID.String())}})
		require.NoError(t, err)
		delete(out.Item, tt.attribute)
		if tt.value != nil {
			out.Item[tt.attribute] = tt.value
		}
		_, err = f.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &f.name, Item: out.Item})
		require.NoError(t, err)
		_, err = f.Get(t.Context(), u.ID)
		requireKind(t, apperr.Internal, err)
		assert.ErrorContains(t, err, `get user "`+u.ID.String()+`"`)
		assert.ErrorContains(t, err, tt.attribute+": ")
	}
}

func TestMissingTable(t *testing.T) {
	t.Parallel()
	table := store.New(storetest.Client(endpoint), "no-such-table", time.Now, user.NewID)
	_, err := table.Get(t.Context(), newID(t))
	requireKind(t, apperr.Internal, err)
	assert.NotContains(t, apperr.From(err).Message, "table")
}
