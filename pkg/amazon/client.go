// Package amazon has what a client of any AWS service needs in a Lambda function: an HTTP client
// that starts fast and does not wait beyond the invocation, and the region, credentials and
// endpoint that the environment names.
package amazon

import (
	"net"
	"net/http"
	"time"
)

// The timeouts of a call. AWS answers within tens of milliseconds. A connection that broke while
// Lambda had frozen the function must cost one of these times and a retry, not the request.
const (
	dialTimeout         = time.Second
	tlsHandshakeTimeout = 2 * time.Second // takes half a second of CPU at 128 MB
	headerTimeout       = 1500 * time.Millisecond
	attemptTimeout      = 2500 * time.Millisecond // with the body
	idleTimeout         = 5 * time.Minute
	keepAlive           = 30 * time.Second
)

// maxIdleConns is more than a function uses: it serves one request at a time, whose calls run in
// parallel at most over the shards of a list.
const maxIdleConns = 16

// NewHTTPClient returns a client with connections of its own. It follows no redirect.
func NewHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	roots := newRoots(dialer.DialContext)
	return &http.Client{
		Timeout: attemptTimeout,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			DialTLSContext:        roots.dial,
			TLSHandshakeTimeout:   tlsHandshakeTimeout,
			ResponseHeaderTimeout: headerTimeout,
			IdleConnTimeout:       idleTimeout,
			MaxIdleConnsPerHost:   maxIdleConns,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
