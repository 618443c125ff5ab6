package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFrontChangesNothing(t *testing.T) {
	t.Parallel()
	stage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Seen", strings.Join([]string{r.Method, r.RequestURI, r.Host, r.Header.Get("X-Forwarded-For"), r.Header.Get("If-Match"), string(body)}, " "))
		w.Header().Set("ETag", `"2"`)
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(stage.Close)
	for name, target := range map[string]string{
		"plain": "/users", "escaped": "/users/email%23a%40b.c%2Fd", "query": "/users?limit=1&limit=2;x&%zz", "dots and slashes": "//users/../x/./", "root": "/",
	} {
		t.Run(name, func(t *testing.T) {
			feed := newFeed(screen{out: io.Discard})
			front, err := newFront(stage.URL+"/_aws/execute-api/id/local", feed)
			require.NoError(t, err)
			server := httptest.NewServer(front.handler())
			defer server.Close()
			r, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+target, strings.NewReader("abc"))
			require.NoError(t, err)
			r.Host = "api.example"
			r.Header = http.Header{"X-Forwarded-For": {"192.0.2.1"}, "If-Match": {`"1"`}}
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, "POST /_aws/execute-api/id/local"+target+` api.example 192.0.2.1 "1" abc`, resp.Header.Get("Seen"))
			assert.Equal(t, []any{http.StatusConflict, `"2"`, "{}"}, []any{resp.StatusCode, resp.Header.Get("ETag"), string(body)})
			events, _ := feed.after(0)
			require.Len(t, events, 1)
			assert.Equal(t, target, events[0].Path)
		})
	}
}
