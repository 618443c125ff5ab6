package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/url"
)

// tableHost is the proxy's name in its certificate and for the functions.
const tableHost = "localhost"

// proxy stands where DynamoDB's endpoint stands: TLS with a certificate, and
// HTTP/1.1 as there, with DynamoDB Local behind it. It passes on what is inside
// of a connection and reads none of it, so that it adds little of its own.
type proxy struct {
	listener net.Listener
	table    string // host and port
}

func newProxy(endpoint string, cert tls.Certificate) (*proxy, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"},
	})
	if err != nil {
		return nil, fmt.Errorf("serve TLS before the table: %w", err)
	}
	p := &proxy{listener: l, table: target.Host}
	go p.serve()
	return p, nil
}

func (p *proxy) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		go p.forward(conn)
	}
}

// forward passes on until one of the two ends; then it ends the other.
func (p *proxy) forward(function net.Conn) {
	defer function.Close()
	table, err := net.Dial("tcp", p.table)
	if err != nil {
		return // the function sees its connection closed, and says so
	}
	defer table.Close()
	go func() {
		defer table.Close()
		_, _ = io.Copy(table, function)
	}()
	_, _ = io.Copy(function, table)
}

// endpoint is the proxy's URL.
func (p *proxy) endpoint() string {
	_, port, _ := net.SplitHostPort(p.listener.Addr().String())
	return "https://" + net.JoinHostPort(tableHost, port)
}

// close takes no more connections. Those that there are end with the table or
// the functions.
func (p *proxy) close() error { return p.listener.Close() }
