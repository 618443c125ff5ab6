package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tests/e2e checks in a browser that the console sends a request again as it was.
func TestConsole(t *testing.T) {
	t.Parallel()
	stage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":1}`) }))
	t.Cleanup(stage.Close)
	feed := newFeed(screen{out: io.Discard})
	front, err := newFront(stage.URL+"/local", feed)
	require.NoError(t, err)
	handler := (&pages{workspace{state: t.TempDir()}, console{feed, front}, nil}).handler(front.handler())
	send := func(ctx context.Context, method, target, body string, header http.Header) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
		r.Header, r.Host = header, cmp.Or(header.Get("Host"), "localhost:3000")
		handler.ServeHTTP(w, r)
		return w
	}
	send(t.Context(), "POST", "/users?x=1", `{"name":"O'Neil"}`, http.Header{"Authorization": {"Bearer secret"}, "Content-Type": {"application/json"}, "If-Match": {""}})
	send(t.Context(), "PUT", "/users/1", strings.Repeat("x", bodyLimit+1), nil)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	events := send(ended, "GET", "/_console/events", "", nil).Body.String()
	assert.NotContains(t, events, "secret")
	longest := fmt.Sprintf(`"body":"%s","size":%d`, strings.Repeat("x", bodyLimit), bodyLimit+1)
	for _, want := range []string{"(hidden)", `"path":"/users?x=1"`, `"body":"{\"id\":1}"`, longest} {
		assert.True(t, strings.Contains(events, want), "%.80s", want)
	}
	ids := regexp.MustCompile("(?m)^id: (.*)").FindAllStringSubmatch(events, -1)
	require.Len(t, ids, 2)
	first, second := "/_console/requests/"+ids[0][1], "/_console/requests/"+ids[1][1]
	assert.Equal(t, `curl -i -X POST 'http://localhost:3000/users?x=1' -H 'Authorization: Bearer secret' -H 'Content-Type: application/json' -H 'If-Match;' --data-raw '{"name":"O'\''Neil"}'`,
		send(t.Context(), "GET", first, "", nil).Body.String())
	for name, test := range map[string]struct {
		method, target string
		header         http.Header
		want           int
	}{
		"send again":           {method: "POST", target: first, want: 200},
		"from another page":    {method: "POST", target: first, header: http.Header{"Origin": {"http://other.example"}}, want: 403},
		"by a rebound name":    {method: "GET", target: "/_docs", header: http.Header{"Host": {"rebound.example"}}, want: 403},
		"by the machine's":     {method: "GET", target: "/_web/detail.js", header: http.Header{"Host": {"127.0.0.1:1"}}, want: 200},
		"with too long a body": {method: "POST", target: second, want: 404},
		"not kept":             {method: "GET", target: "/_console/requests/1", want: 404},
		"no page":              {method: "GET", target: "/_users", want: 404},
	} {
		assert.Equal(t, test.want, send(t.Context(), test.method, test.target, "", test.header).Code, name)
	}
}
