// Package amazon has what a client of any AWS service needs in a Lambda function: an HTTP client
// that starts fast and does not wait beyond the invocation, and what the environment says. It also
// reads a secret.
package amazon

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"users-api/pkg/env"
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

func newHTTPClient(r *roots) *http.Client {
	return &http.Client{
		Timeout: attemptTimeout,
		Transport: &http.Transport{
			DialContext:           cancelOpening(r.dialTCP),
			DialTLSContext:        cancelOpening(r.dial),
			ResponseHeaderTimeout: headerTimeout,
			IdleConnTimeout:       idleTimeout,
			MaxIdleConnsPerHost:   16, // more than a list has shards, which are queried at once
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Config returns the configuration of a service's client by the variables that Lambda sets:
// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
// AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL name another endpoint. It records every variable
// that is missing or wrong as a fault of the reader, and the configuration is of no use then.
//
// The credentials are fixed for the life of a function's process: Lambda starts a new process before
// they expire. A fault never quotes them.
func Config(r *env.Reader, service string) aws.Config {
	c := aws.Credentials{
		AccessKeyID:     r.Text("AWS_ACCESS_KEY_ID", ""),
		SecretAccessKey: r.Text("AWS_SECRET_ACCESS_KEY", ""),
		SessionToken:    r.Text("AWS_SESSION_TOKEN", ""),
		Source:          "Lambda environment",
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		r.Fault("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: must be set, as Lambda does from the function's role")
	}
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: keepAlive}
	return aws.Config{
		Region:       r.Require("AWS_REGION", env.NotEmpty, "an AWS region, as Lambda sets it"),
		Credentials:  aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil }),
		BaseEndpoint: endpoint(r, service),
		HTTPClient:   newHTTPClient(newRoots(dialer.DialContext)),
	}
}

func endpoint(r *env.Reader, service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		v := r.Text(name, "")
		if v == "" {
			continue
		}
		if u, err := url.Parse(v); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			r.Fault("%s=%q: must be a URL like http://127.0.0.1:8000", name, v)
		}
		return &v
	}
	return nil
}
