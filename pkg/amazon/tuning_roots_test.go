package amazon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAmazonRoots(t *testing.T) {
	t.Parallel()
	var names []string
	for rest := amazonRoots; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		require.NoError(t, c.CheckSignatureFrom(c), "must be self-signed")
		require.True(t, c.IsCA)
		assert.True(t, c.NotAfter.After(time.Now().AddDate(2, 0, 0)), "%s expires soon", c.Subject)
		names = append(names, c.Subject.CommonName)
	}
	assert.Equal(t, []string{"Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4",
		"Starfield Services Root Certificate Authority - G2"}, names)
}

// newServer starts a TLS server with an unknown certificate, and returns it and a pool that holds
// the certificate.
func newServer(t *testing.T) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s, pool
}

func TestDialTrustsAmazon(t *testing.T) {
	t.Parallel()
	s, pool := newServer(t)
	r := newRoots((&net.Dialer{}).DialContext)
	r.amazon = func() *x509.CertPool { return pool }
	conn, err := r.dial(t.Context(), "tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	assert.False(t, r.system.Load(), "the system's roots must not be read")
	assert.Equal(t, uint16(tls.VersionTLS13), conn.(*tls.Conn).ConnectionState().Version)
}

func TestDialRefusesUnknownAuthority(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	r := newRoots((&net.Dialer{}).DialContext)
	_, err := r.dial(t.Context(), "tcp", s.Listener.Addr().String())
	assert.ErrorAs(t, err, new(x509.UnknownAuthorityError))
	assert.False(t, r.system.Load())
}

func TestDialRefusesWrongName(t *testing.T) {
	t.Parallel()
	s, pool := newServer(t)
	dials := 0
	r := newRoots(func(ctx context.Context, network, _ string) (net.Conn, error) {
		dials++
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	})
	r.amazon = func() *x509.CertPool { return pool }
	_, err := r.dial(t.Context(), "tcp", "dynamodb.us-east-1.amazonaws.com:443")
	assert.ErrorAs(t, err, new(x509.HostnameError))
	assert.Equal(t, 1, dials)
}

// The system's roots are read once in a process, so the fallback to them runs in a child process,
// whose system roots include the server's certificate.
func TestDialTrustsSystem(t *testing.T) {
	const address = "TRUST_TEST_ADDRESS"
	if target := os.Getenv(address); target != "" {
		r := newRoots((&net.Dialer{}).DialContext)
		for range 2 {
			conn, err := r.dial(t.Context(), "tcp", target)
			require.NoError(t, err)
			conn.Close()
			assert.True(t, r.system.Load(), "the fallback must be remembered")
		}
		return
	}
	t.Parallel()
	s, _ := newServer(t)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	require.NoError(t, os.WriteFile(roots, certificate, 0o600))
	child := exec.Command(os.Args[0], "-test.run=^TestDialTrustsSystem$", "-test.v")
	child.Env = append(os.Environ(), address+"="+s.Listener.Addr().String(), "SSL_CERT_FILE="+roots, "SSL_CERT_DIR="+t.TempDir())
	out, err := child.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: TestDialTrustsSystem")
}
