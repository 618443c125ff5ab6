package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"users-api/scripts/internal/localaws"
)

func TestSharesAreOfAHundred(t *testing.T) {
	t.Parallel()
	sum := 0
	for _, s := range share {
		assert.Positive(t, s)
		sum += s
	}
	assert.Equal(t, 100, sum)
}

func TestEveryKindComesUp(t *testing.T) {
	t.Parallel()
	m := newMix("http://api", "Bearer good")
	m.recent = []creation{{key: "k", body: "{}", id: "1"}}
	for range 1000 {
		m.pool.add(&account{id: "1", etag: `"1"`})
	}
	var seen [kinds]int
	for range 2000 {
		seen[m.draw().kind]++
	}
	for k, n := range seen {
		assert.Positive(t, n, "kind %d", k)
	}
	assert.InDelta(t, 1000, seen[get], 150)
}

func TestWithoutUsersListsAndCreationsDo(t *testing.T) {
	t.Parallel()
	m := newMix("http://api", "Bearer good")
	for range 200 {
		assert.Contains(t, []kind{list, listNext, create}, m.draw().kind)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	m := newMix("http://api/dev", "ApiKey k")
	m.cursor = "a+b"
	ann := &account{id: "1", etag: `"7"`, email: "ann+x@example.com"}
	for _, tt := range []struct {
		call                  call
		method, url           string
		header, value, inBody string
	}{
		{call{kind: get, user: ann}, "GET", "/users/1", "Authorization", "ApiKey k", ""},
		{call{kind: getKnown, user: ann}, "GET", "/users/1", "If-None-Match", `"7"`, ""},
		{call{kind: list}, "GET", "/users", "If-Match", "", ""},
		{call{kind: listNext}, "GET", "/users?limit=50&cursor=a%2Bb", "Content-Type", "", ""},
		{call{kind: find, user: ann}, "GET", "/users?email=ann%2Bx%40example.com", "If-Match", "", ""},
		{call{kind: create, made: creation{key: "k1", body: `{"name":"Bo"}`}}, "POST", "/users", "Idempotency-Key", "k1", `{"name":"Bo"}`},
		{call{kind: update, user: ann}, "PUT", "/users/1", "If-Match", `"7"`, "ann+x@example.com"},
		{call{kind: remove, user: ann}, "DELETE", "/users/1", "If-Match", `"7"`, ""},
	} {
		got := m.request(tt.call)
		assert.Equal(t, tt.method, got.Method)
		assert.Equal(t, "http://api/dev"+tt.url, got.URL)
		assert.Equal(t, tt.value, got.Header.Get(tt.header), tt.header)
		assert.Contains(t, string(got.Body), tt.inBody)
		assert.Equal(t, got.Body != nil, got.Header.Get("Content-Type") != "")
	}
}

func TestPool(t *testing.T) {
	t.Parallel()
	var p pool
	assert.Nil(t, p.read())
	ann := &account{id: "1", etag: `"1"`}
	p.add(ann)
	assert.Same(t, ann, p.read())
	assert.Nil(t, p.remove(), "somebody reads it")
	assert.Same(t, ann, p.change(), "and may see either version")
	assert.Nil(t, p.change(), "one change at a time")
	p.doneReading(ann)
	assert.Nil(t, p.remove(), "it is being changed")
	p.doneChanging(ann, `"2"`)
	assert.Equal(t, `"2"`, p.look(ann).etag)
	assert.Same(t, ann, p.remove())
	assert.Zero(t, p.size())

	p.add(ann)
	p.lose(ann)
	assert.Nil(t, p.read())
	assert.Equal(t, 1, p.size())
	assert.Equal(t, []*account{ann}, p.empty())
	assert.Zero(t, p.size())
}

// answer sends a made-up answer to a call of m.
func answer(m *mix, c call, r vegeta.Result) string {
	t := m.request(c)
	r.URL = t.URL + "#" + "1"
	m.calls[1] = c
	_, wrong := m.answered(&r)
	return wrong
}

func TestWhatAnswersMean(t *testing.T) {
	t.Parallel()
	located := func(id string) http.Header {
		return http.Header{"Location": {"users/" + id}, "Etag": {`"1"`}}
	}
	m := newMix("http://api", "Bearer good")
	made := creation{key: "k", body: "{}", email: "a@example.com"}

	assert.Empty(t, answer(m, call{kind: create, made: made}, vegeta.Result{Code: 201, Headers: located("1")}))
	assert.Equal(t, 1, m.pool.size())
	assert.Equal(t, "1", m.recent[0].id)
	assert.Equal(t, "201 without a Location", answer(m, call{kind: create, made: made}, vegeta.Result{Code: 201}))

	assert.NotEmpty(t, answer(m, call{kind: create, made: made}, vegeta.Result{Code: 409}))
	assert.NotEmpty(t, answer(m, call{kind: create, made: made}, vegeta.Result{Code: 429}))
	assert.Empty(t, m.unsure, "these made nobody")
	assert.Equal(t, "no answer", answer(m, call{kind: create, made: made}, vegeta.Result{Error: "no answer"}))
	assert.NotEmpty(t, answer(m, call{kind: create, made: made}, vegeta.Result{Code: 504}))
	assert.Len(t, m.unsure, 2)

	again := call{kind: createAgain, made: m.recent[0]}
	assert.Empty(t, answer(m, again, vegeta.Result{Code: 201, Headers: located("1")}))
	assert.Equal(t, `Idempotency-Key of user 1 made another, "2"`, answer(m, again, vegeta.Result{Code: 201, Headers: located("2")}))
	assert.Len(t, m.pool.leftover, 1, "the other one will be deleted, too")

	ann := m.pool.change()
	assert.Empty(t, answer(m, call{kind: update, user: ann}, vegeta.Result{Code: 200, Headers: http.Header{"Etag": {`"2"`}}}))
	assert.Equal(t, `"2"`, m.pool.look(ann).etag)
	assert.Same(t, ann, m.pool.change())
	assert.NotEmpty(t, answer(m, call{kind: update, user: ann}, vegeta.Result{Code: 412}))
	assert.Len(t, m.pool.leftover, 2)

	assert.Empty(t, answer(m, call{kind: listNext}, vegeta.Result{Code: 200, Body: []byte(`{"users":[],"nextCursor":"n"}`)}))
	assert.Equal(t, "n", m.cursor)
	assert.Empty(t, m.calls)
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status int
		wrong  string
		want   outcome
	}{
		{200, "", fine}, {201, "another user", unexpected}, {500, "x", unexpected}, {0, "timeout", unexpected},
		{429, "x", throttled}, {503, "x", unavailable}, {504, "x", unexpected}, {404, "x", unexpected},
	} {
		assert.Equal(t, tt.want, outcomeOf(tt.status, tt.wrong), "%d", tt.status)
	}
}

func TestStatusNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`Get "http://x/users#12": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`: "timeout",
		"dial tcp 127.0.0.1:1: connect: connection refused":                                                   "refused",
		"EOF": "broken",
	} {
		assert.Equal(t, want, statusOf(&vegeta.Result{Error: text}))
		assert.NotContains(t, describe(&vegeta.Result{Error: text}), "#")
	}
	assert.Equal(t, "503", statusOf(&vegeta.Result{Code: 503}))
	assert.Less(t, len(describe(&vegeta.Result{Code: 500, Body: []byte(strings.Repeat("x", 5000))})), 300)
}

func TestTable(t *testing.T) {
	t.Parallel()
	tl := newTally()
	for i := 1; i <= 100; i++ {
		tl.add(call{kind: get}, &vegeta.Result{Code: 200, Latency: time.Duration(i) * time.Millisecond}, "")
	}
	tl.add(call{kind: create}, &vegeta.Result{Code: 500, Latency: 3500 * time.Microsecond}, "went wrong")
	tl.add(call{kind: create}, &vegeta.Result{Code: 429, Latency: time.Millisecond}, "too many")
	assert.Equal(t, "   4s     51/s  ok 98.04%   p50 50 ms    p99 99 ms    429: 1  500: 1", tl.line(4*time.Second, 2*time.Second))
	assert.Equal(t, "   5s      0/s  ok -        p50 -        p99 -        429: 1  500: 1", tl.line(5*time.Second, time.Second))
	assert.Equal(t, ""+
		"route               requests       ok unexpected      429      503       p50       p90       p99       max\n"+
		"GET /users                 0        -          -        -        -         -         -         -         -\n"+
		"GET /users/{id}          100  100.00%      0.00%    0.00%    0.00%     50 ms     90 ms    100 ms    100 ms\n"+
		"POST /users                2    0.00%     50.00%   50.00%    0.00%    2.2 ms    3.5 ms    3.5 ms    3.5 ms\n"+
		"PUT /users/{id}            0        -          -        -        -         -         -         -         -\n"+
		"DELETE /users/{id}         0        -          -        -        -         -         -         -         -\n"+
		"all                      102   98.04%      0.98%    0.98%    0.00%     50 ms     90 ms     99 ms    100 ms\n"+
		"unexpected: POST /users 500, 1 times, first went wrong\n", tl.table())
	assert.EqualError(t, verdict(tl), "1 of 102 answers were unexpected")
}

func TestARunWithoutSuccessFails(t *testing.T) {
	t.Parallel()
	tl := newTally()
	tl.add(call{kind: get}, &vegeta.Result{Code: 503}, "away")
	assert.EqualError(t, verdict(tl), "no request was successful")
}

func TestShortfall(t *testing.T) {
	t.Parallel()
	o := options{rate: 100, duration: 10 * time.Second}
	assert.Empty(t, shortfall(o, 1000))
	assert.Contains(t, shortfall(o, 500), "the rate was 50/s, not 100/s")
}

func TestBase(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"http://127.0.0.1:3000":             "http://127.0.0.1:3000",
		" https://api.example.com/dev/ ":    "https://api.example.com/dev",
		"https://api.example.com/dev/users": "https://api.example.com/dev",
	} {
		got, err := base(given)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, bad := range []string{"", "api", "ftp://x", "http://", "http://x?y=1", "://"} {
		_, err := base(bad)
		assert.ErrorContains(t, err, "URL=", bad)
	}
}

func TestCredential(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(root+"/go.mod", []byte("module users-api\n"), 0o644))
	require.NoError(t, os.WriteFile(root+"/serverless.yml", nil, 0o644))
	t.Chdir(root)
	for given, want := range map[string]string{"abc": "Bearer abc", "ApiKey k": "ApiKey k", " Bearer x\n": "Bearer x"} {
		got, err := credential("https://api.example.com", given, time.Minute)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, local := range []string{"http://127.0.0.1:3000", "http://localhost:1", "http://[::1]:3000"} {
		got, err := credential(local, "", time.Minute)
		require.NoError(t, err)
		secret, err := localaws.ReadSecret(root + "/.local")
		require.NoError(t, err)
		token, err := jwt.Parse(strings.TrimPrefix(got, "Bearer "), func(*jwt.Token) (any, error) { return []byte(secret.JWTSecret), nil })
		require.NoError(t, err)
		expires, err := token.Claims.GetExpirationTime()
		require.NoError(t, err)
		assert.Greater(t, time.Until(expires.Time), time.Minute+cleanupTime, "it lasts until the users are deleted")
	}
}
