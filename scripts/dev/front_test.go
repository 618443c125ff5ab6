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

// stage is a server that keeps the raw request, since net/http would tidy it.
func stage(t *testing.T, answer string) (url string, requests <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	seen := make(chan string, 1)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			seen <- readRequest(conn)
			io.WriteString(conn, answer)
			conn.Close()
		}
	}()
	return "http://" + l.Addr().String() + "/_aws/execute-api/id/local", seen
}

// readRequest reads a request's head and the body that it announces.
func readRequest(conn net.Conn) string {
	r := bufio.NewReader(conn)
	var head strings.Builder
	length := 0
	for {
		line, err := r.ReadString('\n')
		head.WriteString(line)
		fmt.Sscanf(line, "Content-Length: %d", &length)
		if err != nil || line == "\r\n" {
			body := make([]byte, length)
			io.ReadFull(r, body)
			return head.String() + string(body)
		}
	}
}

// serveFront runs a front before url and returns its address.
func serveFront(t *testing.T, url string) (string, <-chan exchange) {
	t.Helper()
	exchanges := make(chan exchange, 1)
	front := newFront(exchanges, newScreen(io.Discard, false))
	require.NoError(t, front.point(url))
	l, err := listen(0)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- front.serve(ctx, l) }()
	t.Cleanup(func() { cancel(); assert.NoError(t, <-done) })
	return l.Addr().String(), exchanges
}

func TestTheFrontChangesNothing(t *testing.T) {
	t.Parallel()
	const answer = "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\nX-Correlation-Id: c1\r\nX-Amzn-Requestid: r1\r\nEtag: \"1\"\r\nConnection: close\r\n\r\n{}"
	tests := map[string]struct{ target, want string }{
		"plain":            {"/users", "/users"},
		"escaped":          {"/users/email%23a%40b.c%2Fd", "/users/email%23a%40b.c%2Fd"},
		"query":            {"/users?limit=1&limit=2;x&%zz", "/users?limit=1&limit=2;x&%zz"},
		"dots and slashes": {"//users/../x/./", "//users/../x/./"},
		"the root":         {"/", "/"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, requests := stage(t, answer)
			address, exchanges := serveFront(t, url)
			conn, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer conn.Close()
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: api.example\r\nContent-Length: 3\r\nX-Forwarded-For: 192.0.2.1\r\nIf-Match: \"1\"\r\n\r\nabc", test.target)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)

			got := <-requests
			assert.Contains(t, got, "POST /_aws/execute-api/id/local"+test.want+" HTTP/1.1\r\n")
			for _, want := range []string{"Host: api.example\r\n", "X-Forwarded-For: 192.0.2.1\r\n", "If-Match: \"1\"\r\n", "\r\n\r\nabc"} {
				assert.Contains(t, got, want)
			}
			assert.Equal(t, http.StatusConflict, resp.StatusCode)
			assert.Equal(t, `"1"`, resp.Header.Get("ETag"))
			assert.Equal(t, "{}", string(body))

			x := <-exchanges
			assert.Equal(t, []any{"POST", test.target, 409, "r1", "c1"}, []any{x.Method, x.Path, x.Status, x.RequestID, x.Correlation})
		})
	}
}

func TestAPortInUseIsOneClearSentence(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = listen(port)
	assert.EqualError(t, err, fmt.Sprintf("port %d is in use by another program: end that one, or take another port with `make dev PORT=%d`", port, port+1))
}
