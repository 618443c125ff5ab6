package faults

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/user"
)

// killer kills a process at its n-th call to the table, before or after the call has
// its effect.
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

// killAtEachCall invokes a function until there is no further call to kill it at, each
// time on a table that prepare fills, and killed at the next call, before or after.
// After each kill the table is consistent, and check repeats the request.
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
		func(table) string { return event(t, "create-user", "") },
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
			return strings.ReplaceAll(event(t, "update-user", u.ID.String()), "ann@example.com", "new@example.com")
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
		func(tb table) string { return event(t, "delete-user", tb.ann().ID.String()) },
		func(tb table, event string) {
			want := map[int]int{1: http.StatusNoContent, 0: http.StatusNotFound}[tb.consistent()]
			assert.Equal(t, want, invoke(t, tb.start(bin["deleteUser"], endpoint, io.Discard), event).StatusCode)
			assert.Zero(t, tb.consistent())
		})
}
