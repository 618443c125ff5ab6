package amazon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// amazonRoots are the certificate authorities that AWS endpoints chain to: Amazon Root CA 1 to 4
// and Starfield Services Root CA G2, as published by Amazon Trust Services.
//
//go:embed amazon-roots.pem
var amazonRoots []byte

// roots dials TLS and trusts Amazon's few roots first. It reads the system's roots only for a
// server that does not chain to Amazon's, which takes half a second of a cold start at 128 MB.
type roots struct {
	dialTCP dialFunc
	amazon  func() *x509.CertPool
	system  atomic.Bool // some server did not chain to Amazon's roots
}

func newRoots(dialTCP dialFunc) *roots {
	return &roots{dialTCP: dialTCP, amazon: sync.OnceValue(func() *x509.CertPool {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(amazonRoots)
		return pool
	})}
}

func (r *roots) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if r.system.Load() {
		return r.dialWith(ctx, network, address, nil)
	}
	conn, err := r.dialWith(ctx, network, address, r.amazon())
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		conn, err = r.dialWith(ctx, network, address, nil)
		r.system.Store(err == nil)
	}
	return conn, err
}

// dialWith dials and verifies by the pool; nil means the system's roots.
func (r *roots) dialWith(ctx context.Context, network, address string, pool *x509.CertPool) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := r.dialTCP(ctx, network, address)
	if err != nil {
		return nil, err
	}
	handshakeCtx, cancel := context.WithTimeout(ctx, tlsHandshakeTimeout)
	defer cancel()
	secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: pool, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(handshakeCtx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}
