package amazon

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newClient returns a client that trusts the pool, and the addresses that it has dialed.
func newClient(pool *x509.CertPool) (*http.Client, *[]string) {
	r := newRoots((&net.Dialer{}).DialContext)
	r.amazon = func() *x509.CertPool { return pool }
	var opened sync.Map
	dialed := new([]string)
	counted := func(dial dialFunc) dialFunc {
		return ahead(&opened, func(ctx context.Context, network, address string) (net.Conn, error) {
			*dialed = append(*dialed, address)
			return dial(ctx, network, address)
		})
	}
	return &http.Client{Transport: &http.Transport{DialContext: counted(r.dialTCP), DialTLSContext: counted(r.dial)}}, dialed
}

func TestOpen(t *testing.T) {
	t.Parallel()
	s, pool := newServer(t)
	other, _ := newServer(t)
	pool.AddCert(other.Certificate())
	client, dialed := newClient(pool)
	require.NoError(t, Open(t.Context(), client, s.URL))
	for _, url := range []string{other.URL, s.URL, s.URL, other.URL} {
		res, err := client.Get(url)
		require.NoError(t, err)
		_, err = io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	assert.Equal(t, []string{s.Listener.Addr().String(), other.Listener.Addr().String()}, *dialed)
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	client, dialed := newClient(x509.NewCertPool())
	assert.ErrorAs(t, Open(t.Context(), client, s.URL), new(x509.UnknownAuthorityError))
	assert.ErrorContains(t, Open(t.Context(), client, "http://127.0.0.1:1"), "connection refused")
	assert.ErrorContains(t, Open(t.Context(), client, ":"), "missing protocol scheme")
	assert.Len(t, *dialed, 2)
}
