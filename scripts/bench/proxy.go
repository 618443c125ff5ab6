package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// tableHost is the proxy's name in its certificate and for the functions.
const tableHost = "localhost"

// proxy stands where DynamoDB's endpoint stands: TLS with a certificate, and
// HTTP/1.1 as there, with DynamoDB Local behind it.
type proxy struct {
	listener net.Listener
	server   *http.Server
}

func newProxy(endpoint string, cert tls.Certificate) (*proxy, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve TLS before the table: %w", err)
	}
	quiet := log.New(io.Discard, "", 0) // instances are killed with connections open
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = quiet
	forward.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	p := &proxy{listener: l, server: &http.Server{
		Handler: forward, ErrorLog: quiet, Protocols: protocols,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}},
	}}
	go p.server.ServeTLS(l, "", "") //nolint:errcheck // ends with close
	return p, nil
}

// endpoint is the proxy's URL.
func (p *proxy) endpoint() string {
	_, port, _ := net.SplitHostPort(p.listener.Addr().String())
	return "https://" + net.JoinHostPort(tableHost, port)
}

func (p *proxy) close() error { return p.server.Close() }
