package faults

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/user"
)

// killer kills a process at its n-th call to the table, before or after the call has its effect.
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

// killAtEachCall kills a function at its first call to the table, then at its second, and so on
// until it makes no further call: once before the call and once after, each time on a table that
// prepare fills. After each kill the table is consistent, and check repeats the request.
func killAtEachCall(t *testing.T, binary string, prepare func(table) string, check func(tb table, event string)) {
	for n := 1; ; n++ {
		for _, after := range []bool{false, true} {
			tb := newTable(t)
			event := prepare(tb)
			k := &killer{n: n, after: after}
			proxy := &storetest.Faulty{Fault: k.fault, First: storetest.Always}
			k.mu.Lock()
			k.victim = tb.start(binary, proxy.Serve(t, endpoint), io.Discard, "PRIME=off")
			k.mu.Unlock()
			_, err := k.victim.Invoke(t.Context(), []byte(event))
			if err == nil {
				require.Greater(t, n, 1, "the table was never called")
				return
			}
			require.ErrorIs(t, err, runtimeapi.ErrExited, "call %d", n)
			tb.consistent()
			check(tb, event)
		}
	}
}

func testKillCreate(t *testing.T, bin binaries) {
	killAtEachCall(t, bin["createUser"],
		func(table) string { return event(t, "create-user", "", annsAddress) },
		func(tb table, event string) {
			again := tb.start(bin["createUser"], endpoint, io.Discard)
			first := invoke(t, again, event)
			require.Equal(t, http.StatusCreated, first.StatusCode, "a retry with the same Idempotency-Key finishes the work: %s", first.Body)
			assert.Equal(t, first.Body, invoke(t, again, event).Body)
			assert.Equal(t, 1, tb.consistent())
		})
}

func testKillUpdate(t *testing.T, bin binaries) {
	var u user.User
	killAtEachCall(t, bin["updateUser"],
		func(tb table) string {
			u = tb.ann()
			return event(t, "update-user", u.ID.String(), "new@example.com")
		},
		func(tb table, event string) {
			now, err := tb.Get(t.Context(), u.ID)
			require.NoError(t, err)
			want := map[int64]int{1: http.StatusOK, 2: http.StatusPreconditionFailed}[now.Version] // nothing of it, or all
			require.NotZero(t, want, "version %d", now.Version)
			assert.Equal(t, want, invoke(t, tb.start(bin["updateUser"], endpoint, io.Discard), event).StatusCode)
			assert.Equal(t, 1, tb.consistent())
		})
}

func testKillDelete(t *testing.T, bin binaries) {
	killAtEachCall(t, bin["deleteUser"],
		func(tb table) string { return event(t, "delete-user", tb.ann().ID.String(), annsAddress) },
		func(tb table, event string) {
			want := map[int]int{1: http.StatusNoContent, 0: http.StatusNotFound}[tb.consistent()]
			assert.Equal(t, want, invoke(t, tb.start(bin["deleteUser"], endpoint, io.Discard), event).StatusCode)
			assert.Zero(t, tb.consistent())
		})
}

// testSilentTable uses a table that does not answer while the function starts, which goes on without
// it, nor during the first request.
func testSilentTable(t *testing.T, bin binaries) {
	var answers atomic.Bool
	proxy := &storetest.Faulty{First: storetest.Always, Fault: func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if answers.Load() {
			forward.ServeHTTP(w, r)
		} else {
			storetest.Silence(w, r, forward)
		}
	}}
	tb, log := newTable(t), new(runtimeapi.Log)
	get := event(t, "get-user", tb.ann().ID.String(), annsAddress)
	f := tb.start(bin["getUser"], proxy.Serve(t, endpoint), log)
	_, err := f.AwaitIdle(t.Context())
	require.NoError(t, err)
	out, err := f.InvokeUntil(t.Context(), time.Now().Add(time.Second), []byte(get))
	require.NoError(t, err)
	assert.Regexp(t, `"statusCode":504,.*{\\"error\\":\\"Timed out\\",\\"requestId\\":`, string(out))
	var line struct{ PrimeMS float64 }
	require.NoError(t, log.Line(t.Context(), "1", &line))
	assert.Greater(t, line.PrimeMS, 1000.0, "the rehearsal waited for the table")
	answers.Store(true)
	assert.Equal(t, http.StatusOK, invoke(t, f, get).StatusCode, "the next request is served")
}

// testRehearsal checks that each function's made-up request succeeds and writes nothing. A slow
// machine may not finish it in priming's two seconds, so a function that ran out of time starts again.
func testRehearsal(t *testing.T, bin binaries) {
	for name, binary := range bin {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 20 {
				if rehearses(t, binary) {
					return
				}
			}
			assert.Fail(t, "no rehearsal ended in time")
		})
	}
}

// rehearses starts a function and reports whether its rehearsal ended in time.
func rehearses(t *testing.T, binary string) bool {
	tb := newTable(t)
	calls, log := new(storetest.Faulty), new(runtimeapi.Log)
	f := tb.start(binary, calls.Serve(t, endpoint), log)
	assert.Equal(t, http.StatusUnauthorized, invoke(t, f, "{}").StatusCode, "which calls no table")
	assert.LessOrEqual(t, calls.Calls(), int64(2), "connections alone")
	items, err := storetest.Items(t.Context(), tb.client, tb.name)
	require.NoError(t, err)
	assert.Empty(t, items)
	var line struct {
		Primed     int
		PrimeError string
	}
	require.NoError(t, log.Line(t.Context(), "1", &line))
	if line.Primed == 0 {
		assert.Regexp(t, "deadline|answered 504", line.PrimeError)
	}
	return line.Primed == 1
}
