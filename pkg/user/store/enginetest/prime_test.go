//go:build engines

package enginetest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// proxy is a proxy in front of the table that counts connections and calls.
type proxy struct {
	*httptest.Server
	storetest.Faulty
	connections atomic.Int64
}

func (f *fixture) proxy() *proxy {
	f.t.Helper()
	p := new(proxy)
	p.Server = httptest.NewUnstartedServer(p.Handler(f.t, f.endpoint))
	p.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			p.connections.Add(1)
		}
	}
	p.Start()
	f.t.Cleanup(p.Close)
	return p
}

func TestConnect(t *testing.T) { onEachEngine(t, testConnect) }

// With several threads, the next call may come before the transport has the connection, and dial
// again, so one of some tries must be good.
func testConnect(t *testing.T, f *fixture) {
	u := f.create(ann)
	for range 10 {
		p := f.proxy()
		table := f.patient(p.URL)
		require.NoError(t, table.Connect(t.Context()))
		reused := false
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
		got, err := table.Get(ctx, u.ID)
		require.NoError(t, err)
		assert.Equal(t, u, got)
		_, err = table.List(t.Context(), 10, "")
		require.NoError(t, err)
		if reused && p.connections.Load() == 1 && p.Calls() == 2 {
			return
		}
	}
	assert.Fail(t, "both calls must use the connection that is open, over which nothing was sent")
}

// A function may be frozen for longer than DynamoDB keeps its connection, before its first request
// and between two.
func TestClosedConnectionIsRetried(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	p := f.proxy()
	table := f.patient(p.URL)
	require.NoError(t, table.Connect(t.Context()))
	for n := range int64(3) {
		require.Eventually(t, func() bool { return p.connections.Load() > n }, time.Minute, time.Millisecond)
		p.CloseClientConnections()
		got, err := table.Get(t.Context(), u.ID)
		require.NoError(t, err)
		assert.Equal(t, u, got)
		assert.EqualValues(t, n+1, p.Calls(), "a call that did not arrive is repeated")
	}
}

func TestConnectToUnavailableTable(t *testing.T) {
	f := newFixture(t)
	requireKind(t, apperr.Unavailable, f.fromEnv(nowhere).Connect(t.Context()))

	silent, err := net.Listen("tcp", "127.0.0.1:0") // it never shakes hands
	require.NoError(t, err)
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	requireKind(t, apperr.Timeout, f.fromEnv("https://"+silent.Addr().String()).Connect(ctx))
}

// Every operation on a rehearsal succeeds without the table.
func TestRehearsal(t *testing.T) {
	f := newFixture(t)
	p := f.proxy()
	r := f.fromEnv(p.URL).Rehearsal(`{"id":{"S":"019aab7e-1a80-7c00-8000-000000000001"},"name":{"S":"Rehearsal"},
		"email":{"S":"rehearsal@example.com"},"age":{"N":"42"},"createdAt":{"S":"2025-11-22T12:15:59.616Z"},
		"updatedAt":{"S":"2025-11-22T12:15:59.616Z"},"version":{"N":"1"},"listShard":{"N":"1"},
		"userId":{"S":"019aab7e-1a80-7c00-8000-000000000001"}}`)
	age := 42
	in := user.Input{Name: "Rehearsal", Email: usertest.Email("rehearsal@example.com"), Age: &age}
	id := newID(t)

	got, err := r.Get(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, in, user.Input{Name: got.Name, Email: usertest.Email(got.Email), Age: got.Age})
	page, err := r.List(t.Context(), 1, "")
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
	found, err := r.FindByEmail(t.Context(), in.Email)
	require.NoError(t, err)
	assert.Len(t, found, 1)
	created, err := r.Create(t.Context(), in, store.Idempotency{Principal: "jwt:me", Key: "k"})
	require.NoError(t, err)
	assert.EqualValues(t, 1, created.User.Version)
	for _, expected := range []int64{0, 1} {
		updated, err := r.Update(t.Context(), id, in, precondition(version(1), expected))
		require.NoError(t, err)
		assert.EqualValues(t, 2, updated.Version)
	}
	require.NoError(t, r.Delete(t.Context(), id, version(1)))

	assert.Zero(t, p.connections.Load())
	assert.Empty(t, f.items())
}
