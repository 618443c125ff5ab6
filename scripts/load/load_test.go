package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// api is a minimal fake of the API, in which a user's id is the Idempotency-Key, which all requests
// for the user have. It stops the run after stopAfter requests, as Ctrl-C does, so their number does
// not depend on the speed of the machine.
type api struct {
	mu       sync.Mutex
	versions map[string]int // of the users, by id
	n        int            // requests
	stop     func()
	fault    fault
}

// stopAfter is enough for one of the 51 users at most to take all 16 steps.
const stopAfter = 1000

// fault is a status that some requests are answered with, or a body with the expected status.
type fault struct {
	status      int
	body        string
	method      string // of the requests, "" for any
	after, left int    // number of requests before them, and of them
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n++; a.n == stopAfter {
		a.stop()
	}
	f := &a.fault
	faulty := a.n > f.after && f.left != 0 && (f.method == "" || f.method == r.Method)
	if faulty {
		f.left--
	}
	if faulty && f.status > 0 {
		if f.status >= 500 { // the request has taken effect, and its answer is lost
			a.answer(httptest.NewRecorder(), r)
		}
		http.Error(w, "from the test", f.status)
		return
	}
	for _, name := range []string{"Origin", "Methods", "Headers"} {
		w.Header().Set("Access-Control-Allow-"+name, "DELETE,Idempotency-Key")
	}
	w.WriteHeader(a.answer(w, r))
	if faulty {
		fmt.Fprint(w, f.body)
		return
	}
	// One body is an error, a user and a page of one user.
	id := r.Header.Get("Idempotency-Key")
	fmt.Fprintf(w, `{"error":"no","requestId":"1","id":%q,"version":%d,"users":[{"id":%[1]q}]}`, id, a.versions[id])
}

// answer changes the users as a request asks for, and returns the status.
func (a *api) answer(w http.ResponseWriter, r *http.Request) int {
	body, _ := io.ReadAll(r.Body)
	id := r.Header.Get("Idempotency-Key")
	switch {
	case r.Method == "OPTIONS":
		return http.StatusOK
	case r.Header.Get("Authorization") == "":
		return http.StatusUnauthorized
	case !strings.HasPrefix(r.URL.Path, "/users"):
		return http.StatusNotFound
	case r.Method == "POST" && string(body) == "{}":
		return http.StatusBadRequest
	case r.Method == "POST":
		a.versions[id] = 1
		w.Header().Set("Location", "users/"+id)
		w.Header().Set("ETag", `"1"`)
		return http.StatusCreated
	case r.URL.Path == "/users":
		return http.StatusOK
	case a.versions[id] == 0:
		return http.StatusNotFound
	case r.Method == "DELETE":
		delete(a.versions, id)
		return http.StatusNoContent
	case r.Method == "PUT":
		a.versions[id]++
	case r.Header.Get("If-None-Match") != "":
		return http.StatusNotModified
	}
	return http.StatusOK
}

func TestLoad(t *testing.T) {
	t.Parallel()
	routes := fmt.Sprintf(`(\S+ /\S* +[1-9]\d* +0 +0 +0 .*\n){%d}`, len(auth.Routes()))
	deleted := `deleted all users\n$`
	for name, tt := range map[string]struct {
		smoke    bool
		fault    fault
		err, out string // regular expressions
	}{
		"no fault":            {out: `^10000/s .*\nroute .*\n` + routes + `all +.*\nsent .*\n` + deleted},
		"throttling":          {fault: fault{status: 429, after: 100, left: 80}, out: `(?m)^all +\d+ +0 +[1-9]\d* +0 `},
		"unavailable table":   {fault: fault{status: 503, after: 100, left: 80}, out: `(?m)^all +\d+ +0 +0 +[1-9]`},
		"lost answers":        {fault: fault{status: 500, after: 100, left: 80}, err: `\d+ of \d+ answers were unexpected`, out: `unexpected: GET /users/\{id\}: 500 from the test`},
		"throttled deletions": {fault: fault{status: 429, after: stopAfter, left: 4, method: "DELETE"}, out: deleted},
		"refused deletions":   {fault: fault{status: 403, after: stopAfter, left: -1, method: "DELETE"}, err: `delete user \S+: 403 from the test`},
		"refused credential":  {fault: fault{status: 401, left: -1}, err: "GET http://.*/users: 401 from the test\n\nIs `make dev`"},

		"smoke":                    {smoke: true, out: `^smoke test of http.*\n(\d{3} +\d+ ms  [A-Z]+ /\S+ +\S.*\n){13}passed\n$`},
		"smoke, throttling":        {smoke: true, fault: fault{status: 429, after: 4, left: 3}, out: `passed\n$`},
		"smoke, unavailable table": {smoke: true, fault: fault{status: 503, left: -1}, err: `^OPTIONS /users .*503, also after several tries`},
		"smoke, no CORS":           {smoke: true, fault: fault{status: 401, after: 1, left: 1}, err: `^GET /users \(without a credential\): the answer does not match .*Allow-Origin`},
		"smoke, open API":          {smoke: true, fault: fault{status: 200, after: 1, left: 1}, err: `^GET /users \(without a credential\): 200 from the test`},
		"smoke, error's shape":     {smoke: true, fault: fault{body: `{"message":"Missing Authentication Token"}`, after: 2, left: 1}, err: `^GET /no-such-route .*: the answer does not match`},
		"smoke, lost creation":     {smoke: true, fault: fault{status: 500, after: 4, left: 1}, err: `^POST /users .*: 500`},
		"smoke, another user":      {smoke: true, fault: fault{body: `{"id":"1"}`, after: 6, left: 1}, err: `^GET /users/{id} .*: the answer does not match`},
		"smoke, refused deletion":  {smoke: true, fault: fault{status: 403, method: "DELETE", left: -1}, err: `(?s)^DELETE .*: 403.*delete user \S+: 403`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			api := &api{versions: map[string]int{}, stop: stop, fault: tt.fault}
			server := httptest.NewServer(api)
			defer server.Close()
			c := newClient(server.URL, http.Header{"Authorization": {"Bearer good"}}, 50)
			c.pause = 0
			var out strings.Builder
			var err error
			if tt.smoke {
				err = smoke(ctx, c, &out)
			} else {
				err = load(ctx, c, options{rate: 10_000, duration: time.Hour, url: c.base, local: true}, &out)
			}
			assert.Equal(t, tt.err != "", err != nil, "%v", err)
			assert.Regexp(t, tt.err, fmt.Sprint(err))
			assert.Regexp(t, tt.out, out.String())
			for id := range api.versions {
				assert.True(t, strings.Contains(fmt.Sprint(err), id), "%s is left", id)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"":                           "URL is not set, and the local AWS is not running",
		"-rate 0":                    "RATE=0: must be from 1 to 10000",
		"-duration 10ms":             "DURATION=10ms: must be from 1s to 1h",
		"-url https://a.example/dev": "TOKEN is missing",
	} {
		assert.ErrorContains(t, run(t.Context(), strings.Fields(args), func(string) string { return "" }, &strings.Builder{}), want)
	}
	for token, want := range map[string]string{"abc": "Bearer abc", "ApiKey k": "ApiKey k"} {
		got, err := credentials(t.Context(), options{local: true}, token, "")
		require.NoError(t, err)
		assert.Equal(t, want, got.Get("Authorization"))
	}
	got, err := credentials(t.Context(), options{}, "", "key")
	require.NoError(t, err)
	assert.Equal(t, http.Header{"X-Api-Key": {"key"}}, got)
}
