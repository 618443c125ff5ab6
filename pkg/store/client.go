package store

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// How long a call may take at most. DynamoDB answers within tens of
// milliseconds; a connection that died while Lambda had the function frozen must
// cost one of these and a retry, not the request.
const (
	dialTimeout         = time.Second
	tlsHandshakeTimeout = 2 * time.Second // half a second of CPU at 128 MB
	headerTimeout       = 1500 * time.Millisecond
	attemptTimeout      = 2500 * time.Millisecond // with the body
	idleTimeout         = 5 * time.Minute
)

// newHTTPClient makes the client for calls to the table. One request runs at a
// time in a function, and a list asks all shards at once.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	trust := newTrust(dialer.DialContext)
	return &http.Client{
		Timeout: attemptTimeout,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			DialTLSContext:        trust.dial,
			TLSHandshakeTimeout:   tlsHandshakeTimeout,
			ResponseHeaderTimeout: headerTimeout,
			IdleConnTimeout:       idleTimeout,
			MaxIdleConnsPerHost:   listShards,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func staticCredentials(c aws.Credentials) func(context.Context) (aws.Credentials, error) {
	return func(context.Context) (aws.Credentials, error) { return c, nil }
}

// unlimited switches off the SDK's limit on retries over all calls of a
// process: a function serves one request at a time, each with its own limit.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}

func (unlimited) AddTokens(uint) error { return nil }
