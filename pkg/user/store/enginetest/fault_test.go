//go:build engines

package enginetest

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user/store"
)

// faultyTable returns the fixture's table behind a proxy that breaks calls.
func (f *fixture) faultyTable(t *testing.T, proxy *storetest.Faulty) *store.Table {
	t.Helper()
	return f.fromEnv(proxy.Serve(t, endpoint))
}

func TestSingleFaultIsRetried(t *testing.T) {
	f := newFixture(t)
	for name, fault := range storetest.Faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			email := strings.ReplaceAll(name, " ", "-") + "@example.com"
			table := func(operation string) *store.Table {
				return f.faultyTable(t, &storetest.Faulty{Fault: fault, First: 1, Operation: operation})
			}
			idem := store.Idempotency{Principal: "jwt:me", Key: email}

			created, err := table("").Create(t.Context(), input(email), idem)
			require.NoError(t, err)
			u := created.User
			got, err := table("").Get(t.Context(), u.ID)
			require.NoError(t, err)
			assert.Equal(t, u, got)
			page, err := table("").List(t.Context(), 100, "")
			require.NoError(t, err)
			assert.NotEmpty(t, page.Items)

			got, err = table("TransactWriteItems").Update(t.Context(), u.ID, usertest.Input("Renamed", email), precondition(version(1), 1))
			require.NoError(t, err, "DynamoDB must recognize the repeated write if its answer was lost")
			assert.EqualValues(t, 2, got.Version)
			require.NoError(t, table("TransactWriteItems").Delete(t.Context(), u.ID, version(2)))
		})
	}
	t.Cleanup(func() { assert.Zero(t, f.requireConsistent()) })
}

func TestUnavailableTable(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	for name, fault := range storetest.Faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, table := t.Context(), f.faultyTable(t, &storetest.Faulty{Fault: fault, First: storetest.Always})
			calls := map[string]func() error{
				"get":    func() error { _, err := table.Get(ctx, u.ID); return err },
				"create": func() error { _, err := table.Create(ctx, input("bea@example.com"), store.Idempotency{}); return err },
				"update": func() error { _, err := table.Update(ctx, u.ID, ann, anyVersion); return err },
				"delete": func() error { return table.Delete(ctx, u.ID, anyVersion) },
				"list":   func() error { _, err := table.List(ctx, 10, ""); return err },
				"find":   func() error { _, err := table.FindByEmail(ctx, ann.Email); return err },
			}
			if name == "silence" { // each call takes seconds
				calls = map[string]func() error{"get": calls["get"]}
			}
			for name, call := range calls {
				err := call()
				requireKind(t, apperr.Unavailable, err)
				e := apperr.From(err)
				assert.Equal(t, time.Second, e.RetryAfter, name)
				assert.NotContains(t, e.Message, "127.0.0.1")
			}
		})
	}
}

// Retries draw on a budget of the instance, so that a table that stays down is not called four times
// as often as a healthy one, and a fault after a healthy time is still retried.
func TestRetriesDoNotMultiplyAnOutage(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	proxy := &storetest.Faulty{Fault: storetest.AnswerError(http.StatusInternalServerError, "InternalServerError"), First: 2000}
	table := f.faultyTable(t, proxy)
	const exhausted, measured = 100, 200
	var before int64
	for i := range exhausted + measured {
		if i == exhausted {
			before = proxy.Calls()
		}
		_, err := table.Get(t.Context(), u.ID)
		requireKind(t, apperr.Unavailable, err)
	}
	assert.LessOrEqual(t, float64(proxy.Calls()-before)/measured, 1.1)
}

// A write whose answers were lost may have happened, and the client is told so.
func TestLostWrite(t *testing.T) {
	f := newFixture(t)
	table := func(fault storetest.Fault) *store.Table {
		return f.faultyTable(t, &storetest.Faulty{Fault: fault, First: storetest.Always})
	}
	message := func(_ store.Created, err error) string { return apperr.From(err).Message }
	const unavailable = "Service unavailable, try again"
	assert.Equal(t, unavailable+"; the change may have been made",
		message(table(storetest.LoseAnswer).Create(t.Context(), input("lost@example.com"), store.Idempotency{})))
	assert.Equal(t, unavailable,
		message(table(storetest.AnswerError(http.StatusBadRequest, "ThrottlingException")).Create(t.Context(), input("throttled@example.com"), store.Idempotency{})))
	var tries atomic.Int64
	thenThrottled := func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if tries.Add(1) == 1 {
			storetest.LoseAnswer(w, r, forward)
			return
		}
		storetest.AnswerError(http.StatusBadRequest, "ThrottlingException")(w, r, forward)
	}
	assert.Equal(t, unavailable+"; the change may have been made",
		message(table(thenThrottled).Create(t.Context(), input("both@example.com"), store.Idempotency{})))
	assert.Equal(t, 2, f.requireConsistent())
}

func TestDeadline(t *testing.T) {
	f := newFixture(t)
	table := f.faultyTable(t, &storetest.Faulty{Fault: storetest.Silence, First: storetest.Always})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := table.Get(ctx, newID(t))
	requireKind(t, apperr.Timeout, err)
}

// nowhere is a URL without a server: the system picks port 1 for none that asks for any port.
const nowhere = "http://127.0.0.1:1"

func TestUnreachableTable(t *testing.T) {
	f := newFixture(t)
	_, err := f.fromEnv(nowhere).Get(t.Context(), newID(t))
	requireKind(t, apperr.Unavailable, err)
}

// The store, and not the SDK, retries a transaction that DynamoDB cancels for contention.
func TestContentionIsRetried(t *testing.T) {
	canceled := func(codes string) storetest.Fault {
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
			proxy := &storetest.Faulty{Fault: canceled(codes), First: 3}
			_, err := f.patient(proxy.Serve(t, endpoint)).Create(t.Context(), input(name+"@example.com"), store.Idempotency{})
			require.NoError(t, err)
			assert.EqualValues(t, 4, proxy.Calls())

			proxy = &storetest.Faulty{Fault: canceled(codes), First: storetest.Always}
			_, err = f.patient(proxy.Serve(t, endpoint)).Create(t.Context(), input(name+"2@example.com"), store.Idempotency{})
			requireKind(t, apperr.Unavailable, err)
			assert.EqualValues(t, 12, proxy.Calls())
		})
	}
}

func TestFromEnvReportsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := store.FromEnv(lookup(map[string]string{"AWS_ENDPOINT_URL": "localhost:8000", "AWS_SECRET_ACCESS_KEY": "hidden"}))
	for _, variable := range []string{"TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} {
		assert.ErrorContains(t, err, variable)
	}
	assert.NotContains(t, err.Error(), "hidden")
}
