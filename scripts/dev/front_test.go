package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startStage starts a server that hands on raw requests, since net/http would tidy them.
func startStage(t *testing.T, answer string) (url string, requests <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	seen := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var raw strings.Builder
		for r := bufio.NewReader(conn); !strings.HasSuffix(raw.String(), "\r\n\r\nabc"); {
			b, err := r.ReadByte()
			if err != nil {
				break
			}
			raw.WriteByte(b)
		}
		seen <- raw.String()
		_, _ = io.WriteString(conn, answer)
	}()
	return "http://" + l.Addr().String() + "/_aws/execute-api/id/local", seen
}

func TestFrontChangesNothing(t *testing.T) {
	t.Parallel()
	const answer = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\nX-Amzn-Requestid: r1\r\nEtag: \"1\"\r\nConnection: close\r\n\r\n{}"
	for name, target := range map[string]string{
		"plain": "/users", "escaped": "/users/email%23a%40b.c%2Fd", "query": "/users?limit=1&limit=2;x&%zz", "dots and slashes": "//users/../x/./", "root": "/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, requests := startStage(t, answer)
			s, p := newShown()
			handler, err := newFront(url, p.feed, p)
			require.NoError(t, err)
			l, err := listen(0)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- serveUntil(ctx, l, handler) }()

			conn, err := net.Dial("tcp", l.Addr().String())
			require.NoError(t, err)
			defer conn.Close()
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: api.example\r\nContent-Length: 3\r\nX-Forwarded-For: 192.0.2.1\r\nIf-Match: \"1\"\r\n\r\nabc", target)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			cancel()
			require.NoError(t, <-done)

			got := <-requests
			for _, want := range []string{"POST /_aws/execute-api/id/local" + target + " HTTP/1.1\r\n", "Host: api.example\r\n", "X-Forwarded-For: 192.0.2.1\r\n", "If-Match: \"1\"\r\n"} {
				assert.Contains(t, got, want)
			}
			assert.Equal(t, []any{http.StatusConflict, `"1"`, "{}"}, []any{resp.StatusCode, resp.Header.Get("ETag"), string(body)})
			assert.Equal(t, []string{"request " + target}, s.events)
		})
	}
}

func TestPortInUseIsOneClearSentence(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = listen(port)
	assert.EqualError(t, err, fmt.Sprintf("port %d is in use by another program: end that one, or take another port with `make dev PORT=%d`", port, port+1))
}
