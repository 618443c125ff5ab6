//go:build engines

package enginetest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/user"
)

// at gives the faulty DynamoDB's URL.
func at(t *testing.T, f *storetest.Faulty) string {
	t.Helper()
	return f.Serve(t, endpoint)
}

func TestATableThatFailsOnceIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	for name, fault := range storetest.Faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			email := strings.ReplaceAll(name, " ", "-") + "@example.com"
			flaky := func() *store.Table { return f.fromEnv(at(t, &storetest.Faulty{Fault: fault, First: 1})) }
			idem := store.Idempotency{Principal: "jwt:me", Key: email}

			u, err := flaky().Create(t.Context(), input(email), idem)
			require.NoError(t, err)
			got, err := flaky().Get(t.Context(), u.ID)
			require.NoError(t, err)
			assert.Equal(t, u, got)
			page, err := flaky().List(t.Context(), 100, "")
			require.NoError(t, err)
			assert.NotEmpty(t, page.Users)

			writes := f.fromEnv(at(t, &storetest.Faulty{Fault: fault, First: 1, Operation: "TransactWriteItems"}))
			got, err = writes.Update(t.Context(), u.ID, user.Input{Name: "Renamed", Email: email}, version(1), 1)
			require.NoError(t, err, "a write whose answer was lost is known again, not taken for somebody else's")
			assert.EqualValues(t, 2, got.Version)
			writes = f.fromEnv(at(t, &storetest.Faulty{Fault: fault, First: 1, Operation: "TransactWriteItems"}))
			require.NoError(t, writes.Delete(t.Context(), u.ID, version(2)))
		})
	}
	t.Cleanup(func() { assert.Zero(t, f.requireConsistent()) })
}

func TestATableThatIsAway(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	for name, fault := range storetest.Faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := f.fromEnv(at(t, &storetest.Faulty{Fault: fault, First: storetest.Always}))
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			calls := map[string]func() error{
				"get":    func() error { _, err := table.Get(ctx, u.ID); return err },
				"create": func() error { _, err := table.Create(ctx, input("bea@example.com"), store.Idempotency{}); return err },
				"update": func() error { _, err := table.Update(ctx, u.ID, ann, anyVersion, 0); return err },
				"delete": func() error { return table.Delete(ctx, u.ID, anyVersion) },
				"list":   func() error { _, err := table.List(ctx, 10, ""); return err },
				"find":   func() error { _, err := table.FindByEmail(ctx, ann.Email); return err },
			}
			if name == "is silent" {
				calls = map[string]func() error{"get": calls["get"]}
			}
			for call, f := range calls {
				err := f()
				requireKind(t, apperr.Unavailable, err)
				e := apperr.From(err)
				assert.Equal(t, time.Second, e.RetryAfter, call)
				assert.NotContains(t, e.Message, "127.0.0.1")
			}
		})
	}
}

func TestNobodyWaitsPastTheDeadline(t *testing.T) {
	f := newFixture(t)
	table := f.fromEnv(at(t, &storetest.Faulty{Fault: storetest.Silence, First: storetest.Always}))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := table.Get(ctx, uuid.NewString())
	requireKind(t, apperr.Timeout, err)
}

func TestATableThatCannotBeReached(t *testing.T) {
	f := newFixture(t)
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := f.fromEnv(server.URL).Get(t.Context(), uuid.NewString())
	requireKind(t, apperr.Unavailable, err)
}

// A transaction that DynamoDB cancels for contention is tried again by us, not
// by the SDK.
func TestContentionIsTriedAgain(t *testing.T) {
	cancelled := func(codes string) storetest.Fault {
		return storetest.AnswerError(http.StatusBadRequest, "TransactionCanceledException", `,"CancellationReasons":`+codes)
	}
	f := newFixture(t)
	for name, codes := range map[string]string{
		"conflict":  `[{"Code":"None"},{"Code":"TransactionConflict"}]`,
		"throttled": `[{"Code":"ThrottlingError"},{"Code":"None"}]`,
		"capacity":  `[{"Code":"None"},{"Code":"ProvisionedThroughputExceeded"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &storetest.Faulty{Fault: cancelled(codes), First: 3}
			_, err := f.fromEnv(at(t, server)).Create(t.Context(), input(name+"@example.com"), store.Idempotency{})
			require.NoError(t, err)
			assert.GreaterOrEqual(t, server.Calls(), int64(4)) // more where the engine itself is slow

			server = &storetest.Faulty{Fault: cancelled(codes), First: storetest.Always}
			_, err = f.fromEnv(at(t, server)).Create(t.Context(), input(name+"2@example.com"), store.Idempotency{})
			requireKind(t, apperr.Unavailable, err)
			assert.EqualValues(t, 12, server.Calls())
		})
	}
}

func TestFromEnvNamesAllThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := store.FromEnv(lookup(map[string]string{"AWS_ENDPOINT_URL": "localhost:8000", "AWS_SECRET_ACCESS_KEY": "hidden"}))
	for _, variable := range []string{"TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} {
		assert.ErrorContains(t, err, variable)
	}
	assert.NotContains(t, err.Error(), "hidden")
}
