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
	feed := newFeed(screen{out: io.Discard})
	front, err := newFront(stage.URL+"/_aws/execute-api/id/local", feed)
	require.NoError(t, err)
	for i, target := range []string{"/users", "/users/email%23a%40b.c%2Fd", "/users?limit=1&limit=2;x&%zz", "//users/../x/./", "/"} {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "POST", target, strings.NewReader("abc"))
		r.Host, r.Header = "api.example", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "If-Match": {`"1"`}}
		front.handler().ServeHTTP(w, r)
		assert.Equal(t, "POST /_aws/execute-api/id/local"+target+` api.example 192.0.2.1 "1" abc`, w.Header().Get("Seen"))
		assert.Equal(t, []any{http.StatusConflict, `"2"`, "{}"}, []any{w.Code, w.Header().Get("ETag"), w.Body.String()})
		events, _ := feed.after(0)
		require.Len(t, events, i+1)
		assert.Equal(t, target, events[i].Path)
	}
}
