package store_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/user"
)

// fault spoils the answer to a call of the table. forward gets the real one.
type fault func(w http.ResponseWriter, r *http.Request, forward http.Handler)

// answerError answers as DynamoDB does with an error.
func answerError(status int, code string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"from the test"}`)
	}
}

// closeConnection breaks off without an answer; the call has had no effect.
func closeConnection(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// loseAnswer lets the call have its effect and breaks off.
func loseAnswer(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r)
	closeConnection(w, r, forward)
}

// halfAnswer lets the call have its effect and breaks off in the answer.
func halfAnswer(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	whole := httptest.NewRecorder()
	forward.ServeHTTP(whole, r)
	for k, v := range whole.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// silence never answers; the call has had no effect.
func silence(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client go
	<-r.Context().Done()
}

// faulty is a DynamoDB that spoils the calls of an operation: the first ones,
// up to a number.
type faulty struct {
	fault     fault
	operation string // "GetItem"; "" is each
	first     int64
	calls     atomic.Int64 // of the operation
}

func (f *faulty) serve(t *testing.T) string {
	t.Helper()
	target, err := url.Parse(endpoint)
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if f.operation == "" || f.operation == operation {
			if f.calls.Add(1) <= f.first {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				f.fault(w, r, forward)
				return
			}
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

var faults = map[string]fault{
	"throttles":            answerError(http.StatusBadRequest, "ThrottlingException"),
	"is over its capacity": answerError(http.StatusBadRequest, "ProvisionedThroughputExceededException"),
	"answers 500":          answerError(http.StatusInternalServerError, "InternalServerError"),
	"answers 503":          answerError(http.StatusServiceUnavailable, "ServiceUnavailable"),
	"closes":               closeConnection,
	"loses its answer":     loseAnswer,
	"answers half":         halfAnswer,
	"is silent":            silence,
}

func TestATableThatFailsOnceIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			email := strings.ReplaceAll(name, " ", "-") + "@example.com"
			flaky := func() *store.Table { return f.fromEnv((&faulty{fault: fault, first: 1}).serve(t)) }
			idem := store.Idempotency{Principal: "jwt:me", Key: email}

			u, err := flaky().Create(t.Context(), input(email), idem)
			require.NoError(t, err)
			got, err := flaky().Get(t.Context(), u.ID)
			require.NoError(t, err)
			assert.Equal(t, u, got)
			page, err := flaky().List(t.Context(), 100, "")
			require.NoError(t, err)
			assert.NotEmpty(t, page.Users)

			writes := f.fromEnv((&faulty{fault: fault, first: 1, operation: "TransactWriteItems"}).serve(t))
			got, err = writes.Update(t.Context(), u.ID, user.Input{Name: "Renamed", Email: email}, version(1))
			require.NoError(t, err, "a write whose answer was lost is known again, not taken for somebody else's")
			assert.EqualValues(t, 2, got.Version)
			writes = f.fromEnv((&faulty{fault: fault, first: 1, operation: "TransactWriteItems"}).serve(t))
			require.NoError(t, writes.Delete(t.Context(), u.ID, version(2)))
		})
	}
	t.Cleanup(func() { assert.Zero(t, f.requireConsistent()) })
}

func TestATableThatIsAway(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := f.fromEnv((&faulty{fault: fault, first: 1 << 40}).serve(t))
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			calls := map[string]func() error{
				"get":    func() error { _, err := table.Get(ctx, u.ID); return err },
				"create": func() error { _, err := table.Create(ctx, input("bea@example.com"), store.Idempotency{}); return err },
				"update": func() error { _, err := table.Update(ctx, u.ID, ann, anyVersion); return err },
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
	table := f.fromEnv((&faulty{fault: silence, first: 1 << 40}).serve(t))
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
	cancelled := func(codes string) fault {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled","CancellationReasons":`+codes+`}`)
		}
	}
	f := newFixture(t)
	for name, codes := range map[string]string{
		"conflict":  `[{"Code":"None"},{"Code":"TransactionConflict"}]`,
		"throttled": `[{"Code":"ThrottlingError"},{"Code":"None"}]`,
		"capacity":  `[{"Code":"None"},{"Code":"ProvisionedThroughputExceeded"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &faulty{fault: cancelled(codes), first: 3}
			_, err := f.fromEnv(server.serve(t)).Create(t.Context(), input(name+"@example.com"), store.Idempotency{})
			require.NoError(t, err)
			assert.GreaterOrEqual(t, server.calls.Load(), int64(4)) // more where the engine itself is slow

			server = &faulty{fault: cancelled(codes), first: 1 << 40}
			_, err = f.fromEnv(server.serve(t)).Create(t.Context(), input(name+"2@example.com"), store.Idempotency{})
			requireKind(t, apperr.Unavailable, err)
			assert.EqualValues(t, 12, server.calls.Load())
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
