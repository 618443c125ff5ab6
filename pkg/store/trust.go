package store

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

// amazonRoots are the certificate authorities that AWS endpoints chain to:
// Amazon Root CA 1 to 4 and Starfield Services Root CA G2, as published by
// Amazon Trust Services.
//
//go:embed amazon-roots.pem
var amazonRoots []byte

// trust dials TLS and believes Amazon's few roots first. Only a server that does
// not chain to them makes it read the system's roots, which takes a function at
// 128 MB half a second of a cold start: so it trusts what the system trusts, but
// seldom has to look.
type trust struct {
	dialTCP func(ctx context.Context, network, address string) (net.Conn, error)
	amazon  func() *x509.CertPool
	system  atomic.Bool // a server did not chain to Amazon's roots
}

func newTrust(dialTCP func(context.Context, string, string) (net.Conn, error)) *trust {
	return &trust{dialTCP: dialTCP, amazon: sync.OnceValue(func() *x509.CertPool {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(amazonRoots)
		return pool
	})}
}

func (t *trust) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if t.system.Load() {
		return t.dialWith(ctx, network, address, nil)
	}
	conn, err := t.dialWith(ctx, network, address, t.amazon())
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		conn, err = t.dialWith(ctx, network, address, nil)
		t.system.Store(err == nil)
	}
	return conn, err
}

// dialWith dials and verifies by the given roots; nil means the system's.
func (t *trust) dialWith(ctx context.Context, network, address string, roots *x509.CertPool) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := t.dialTCP(ctx, network, address)
	if err != nil {
		return nil, err
	}
	handshakeCtx, cancel := context.WithTimeout(ctx, tlsHandshakeTimeout)
	defer cancel()
	secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(handshakeCtx); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}
