package amazon

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A request finds the connection open and waiting, and the server has got no other request. Under
// the race of many threads the transport may rarely dial again, so one good start is enough.
func TestOpen(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"http": (*httptest.Server).Start, "https": (*httptest.Server).StartTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var connections, requests atomic.Int32
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			start(s)
			t.Cleanup(s.Close)
			assert.EventuallyWithT(t, func(c *assert.CollectT) {
				connections.Store(0)
				requests.Store(0)
				client, r := newHTTPClient()
				r.amazon = func() *x509.CertPool { return poolOf(s) }
				require.NoError(c, Open(t.Context(), client, s.URL))
				assert.Zero(c, requests.Load())
				get(c, client, s.URL)
				get(c, client, s.URL)
				assert.EqualValues(c, 2, requests.Load())
				assert.EqualValues(c, 1, connections.Load())
				assert.NoError(c, Open(t.Context(), client, s.URL), "of a client that has a connection")
			}, time.Minute, time.Millisecond)
		})
	}
}

func poolOf(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	if c := s.Certificate(); c != nil {
		pool.AddCert(c)
	}
	return pool
}

func get(t require.TestingT, client *http.Client, url string) {
	res, err := client.Get(url)
	require.NoError(t, err)
	_, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	client, _ := newHTTPClient()
	assert.ErrorAs(t, Open(t.Context(), client, s.URL), new(x509.UnknownAuthorityError))
	assert.ErrorContains(t, Open(t.Context(), client, "http://127.0.0.1:1"), "connection refused")
	assert.ErrorContains(t, Open(t.Context(), client, "ftp://127.0.0.1"), "unsupported protocol scheme")
	assert.ErrorContains(t, Open(t.Context(), client, ":"), "missing protocol scheme")

	silent, err := net.Listen("tcp", "127.0.0.1:0") // it does not shake hands
	require.NoError(t, err)
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = silent.Accept()
		cancel()
	}()
	assert.ErrorIs(t, Open(ctx, client, "https://"+silent.Addr().String()), context.Canceled)
}
