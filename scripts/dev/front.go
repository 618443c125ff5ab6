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
	"sync/atomic"
	"syscall"
	"time"
)

// front gives the deployed stage a fixed address: its own holds a random API id and
// the port of the emulator. It changes nothing in a request or an answer.
type front struct {
	target    atomic.Pointer[url.URL]
	exchanges chan<- exchange
	proxy     httputil.ReverseProxy
	inFlight  atomic.Int64
}

// listen takes the front's port on the loopback interface; port 0 is any free one.
func listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is in use by another program: end that one, or take another port with `make dev PORT=%d`", port, port+1)
	}
	if errors.Is(err, syscall.EACCES) {
		return nil, fmt.Errorf("port %d needs rights that you do not have: take one above 1023 with `make dev PORT=3000`", port)
	}
	if err != nil {
		return nil, fmt.Errorf("port %d: %w", port, err)
	}
	return l, nil
}

// newFront returns a front that reports each request to exchanges. It drops the
// report, never the request, when nobody takes it.
func newFront(exchanges chan<- exchange, screen *screen) *front {
	f := &front{exchanges: exchanges}
	f.proxy = httputil.ReverseProxy{
		Rewrite:  f.rewrite,
		ErrorLog: log.New(screen, "", 0),
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 100,
			DisableCompression:  true, // the client decides
		},
	}
	return f
}

// point has requests go to the stage at base from now on.
func (f *front) point(base string) error {
	target, err := url.Parse(base)
	if err != nil {
		return err
	}
	f.target.Store(target)
	return nil
}

// rewrite puts the stage's address before the path and leaves the rest as it came,
// its escaping and malformed query parameters included.
func (f *front) rewrite(r *httputil.ProxyRequest) {
	target := f.target.Load()
	r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
	r.Out.URL.Path = target.Path + r.In.URL.Path
	r.Out.URL.RawPath = target.EscapedPath() + r.In.URL.EscapedPath()
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	r.Out.Host = r.In.Host
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values, ok := r.In.Header[name]; ok {
			r.Out.Header[name] = values // ReverseProxy took them out
		}
	}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.inFlight.Add(1)
	defer f.inFlight.Add(-1) // after the exchange is reported
	answer := &recorder{ResponseWriter: w}
	started := time.Now()
	f.proxy.ServeHTTP(answer, r)
	x := exchange{
		Time: started, Duration: time.Since(started),
		Method: r.Method, Path: r.URL.RequestURI(), Status: answer.status,
		RequestID:   w.Header().Get("x-amzn-RequestId"),
		Correlation: w.Header().Get("X-Correlation-Id"),
	}
	select {
	case f.exchanges <- x:
	default:
	}
}

// serve runs the front until the context ends, and lets requests finish then.
func (f *front) serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: f, ReadHeaderTimeout: 30 * time.Second, ErrorLog: f.proxy.ErrorLog}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // whoever is still connected has had a second
	}
	f.proxy.Transport.(*http.Transport).CloseIdleConnections()
	return nil
}

// recorder notes an answer's status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through, which the proxy flushes with.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// baseURL is where a listener is reached.
func baseURL(l net.Listener) string { return "http://" + strings.TrimSpace(l.Addr().String()) }
