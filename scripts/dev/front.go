package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// listen takes the front's port on the loopback interface; port 0 is any free one.
func listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is in use by another program: end that one, or take another port with `make dev PORT=%d`", port, port+1)
	}
	return l, err
}

// front gives the deployed stage a fixed address: the local AWS has another port in each checkout,
// and the stage a path before the API's. It changes nothing in a request or an answer.
type front struct {
	http.Transport
	stage *url.URL
	feed  *feed
}

// newFront returns what stands before the stage at base.
func newFront(base string, feed *feed) (*front, error) {
	stage, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	f := &front{stage: stage, feed: feed}
	f.MaxIdleConnsPerHost = 100
	f.DisableCompression = true // the client decides
	return f, nil
}

func (f *front) handler() http.Handler {
	return &httputil.ReverseProxy{Rewrite: f.rewrite, Transport: f, ErrorLog: log.New(f.feed, "", 0)}
}

// rewrite puts the stage's address before the path and leaves the rest as it came,
// with its escaping and malformed query parameters.
func (f *front) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = f.stage.Scheme, f.stage.Host, r.In.Host
	r.Out.URL.Path = f.stage.Path + r.In.URL.Path
	r.Out.URL.RawPath = f.stage.EscapedPath() + r.In.URL.EscapedPath()
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values, ok := r.In.Header[name]; ok {
			r.Out.Header[name] = values // ReverseProxy removed them
		}
	}
}

// RoundTrip sends a request to the stage and reports it with its answer, which it has then read.
func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	e := &event{Kind: request, Time: time.Now(), Method: r.Method, Path: strings.TrimPrefix(r.URL.RequestURI(), f.stage.Path), Status: http.StatusBadGateway}
	answer, err := f.send(r.Clone(r.Context()), e)
	e.Milliseconds = float64(time.Since(e.Time).Microseconds()) / 1000
	f.feed.pair(e)
	return answer, err
}

// send sends a request and records both bodies, which API Gateway does not stream either.
func (f *front) send(r *http.Request, e *event) (answer *http.Response, err error) {
	if e.Sent, err = record(r.Header, &r.Body); err != nil {
		return nil, err
	}
	if answer, err = f.Transport.RoundTrip(r); err != nil {
		return nil, err
	}
	e.Status, e.RequestID, e.CorrelationID = answer.StatusCode, answer.Header.Get("x-amzn-RequestId"), answer.Header.Get("X-Correlation-Id")
	if e.Answered, err = record(answer.Header, &answer.Body); err != nil {
		return nil, err
	}
	return answer, nil
}

// serveUntil serves until the context ends.
func serveUntil(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
