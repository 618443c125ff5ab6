package amazon

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// With several threads, the next request may come before the transport has the connection, and dial
// again, so one of some tries must be good.
func TestOpen(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"http": (*httptest.Server).Start, "https": (*httptest.Server).StartTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 10 {
				if opens(t, start) {
					return
				}
			}
			assert.Fail(t, "a request must use the connection that is open, over which nothing was sent")
		})
	}
}

func opens(t *testing.T, start func(*httptest.Server)) bool {
	t.Helper()
	var connections, requests atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = io.WriteString(w, "healthy")
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	start(s)
	defer s.Close()
	r := newRoots(new(net.Dialer).DialContext)
	r.amazon = func() *x509.CertPool { return poolOf(s) }
	client := newHTTPClient(r)

	require.NoError(t, Open(t.Context(), client, s.URL))
	sent := requests.Load()
	reused := get(t, client, s.URL)
	require.NoError(t, Open(t.Context(), client, s.URL), "with a connection that waits")
	get(t, client, s.URL)
	return sent == 0 && reused && connections.Load() == 1
}

func poolOf(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	if c := s.Certificate(); c != nil {
		pool.AddCert(c)
	}
	return pool
}

// get reports whether the connection was there before.
func get(t *testing.T, client *http.Client, url string) (reused bool) {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := client.Do(req)
	require.NoError(t, err)
	_, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return reused
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	client := newHTTPClient(newRoots(new(net.Dialer).DialContext))
	client.Timeout = 0
	assert.ErrorAs(t, Open(t.Context(), client, s.URL), new(x509.UnknownAuthorityError))
	assert.ErrorContains(t, Open(t.Context(), client, "http://127.0.0.1:1"), "connection refused")
	assert.ErrorContains(t, Open(t.Context(), client, "ftp://127.0.0.1"), "unsupported protocol scheme")
	assert.ErrorContains(t, Open(t.Context(), client, ":"), "missing protocol scheme")

	silent, err := net.Listen("tcp", "127.0.0.1:0") // it does not shake hands
	require.NoError(t, err)
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := silent.Accept()
		cancel()
		if err == nil {
			<-t.Context().Done()
			conn.Close()
		}
	}()
	assert.ErrorIs(t, Open(ctx, client, "https://"+silent.Addr().String()), context.Canceled)
}
