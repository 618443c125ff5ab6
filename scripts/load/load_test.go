package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLoadUsesAllRoutesAndLeavesNobody(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	o := loadOptions(t, url)
	var out strings.Builder
	require.NoError(t, load(t.Context(), newMix(url, "Bearer good"), o, &out), out.String())

	assert.Zero(t, api.size())
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		assert.Positive(t, api.requests[method], method)
	}
	for _, route := range routes {
		assert.Regexp(t, `(?m)^`+strings.NewReplacer("{", `\{`, "}", `\}`).Replace(route)+` +\d+ +100\.00% +0\.00%`, out.String())
	}
	assert.Regexp(t, `(?m)^all +\d+ +100\.00%`, out.String())
	assert.Regexp(t, `deleted all \d+ users\n$`, out.String())
	plot, err := os.ReadFile(o.plot)
	require.NoError(t, err)
	assert.Contains(t, string(plot), "GET /users/{id}")
}

func TestKeep(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	o := loadOptions(t, url)
	o.keep = true
	var out strings.Builder
	require.NoError(t, load(t.Context(), newMix(url, "Bearer good"), o, &out))
	assert.Positive(t, api.size())
	assert.Contains(t, out.String(), "kept ")
}

// every answers each n-th request with a status.
func every(n, status int) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, i int) bool {
		if i < 200 || i%n != 0 || i > 400 { // neither the first users nor cleaning up
			return false
		}
		w.Header().Set("X-Amzn-Requestid", "r-1")
		http.Error(w, `{"error":"made by the test"}`, status)
		return true
	}
}

func TestAnswersThatAreNotExpectedFailTheRun(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	api.fault = every(10, http.StatusInternalServerError)
	var out strings.Builder
	err := load(t.Context(), newMix(url, "Bearer good"), loadOptions(t, url), &out)
	assert.ErrorContains(t, err, "answers were unexpected")
	assert.Regexp(t, `unexpected: GET /users(/\{id\})? 500, \d+ times, first "{\\"error\\":\\"made by the test\\"}", request r-1`, out.String())
	assert.Zero(t, api.size())
}

func TestThrottlingIsCountedApart(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		api, url := newFakeAPI(t)
		api.fault = every(5, status)
		var out strings.Builder
		require.NoError(t, load(t.Context(), newMix(url, "Bearer good"), loadOptions(t, url), &out), out.String())
		assert.Regexp(t, `(?m)^all +\d+ +\d\d\.\d\d% +0\.00% `, out.String())
		assert.Zero(t, api.size())
	}
}

// An API that does what it is asked and then answers 503 leaves users whom only
// their Idempotency-Key can find.
func TestUsersOfLostAnswersAreDeletedToo(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	api.after = true
	api.fault = func(w http.ResponseWriter, r *http.Request, i int) bool {
		if i < 200 || i > 400 || r.Method == http.MethodGet {
			return false
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	var out strings.Builder
	require.NoError(t, load(t.Context(), newMix(url, "Bearer good"), loadOptions(t, url), &out), out.String())
	assert.Zero(t, api.size())
}

func TestAStoppedRunDeletesItsUsers(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	ctx, cancel := context.WithCancel(t.Context())
	api.fault = func(_ http.ResponseWriter, _ *http.Request, i int) bool {
		if i == 200 {
			cancel()
		}
		return false
	}
	o := loadOptions(t, url)
	o.duration = time.Minute
	var out strings.Builder
	require.NoError(t, load(ctx, newMix(url, "Bearer good"), o, &out), out.String())
	assert.Zero(t, api.size())
	assert.NotContains(t, out.String(), "the rate was")
}

func TestUsersThatCannotBeDeletedAreNamed(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	m := newMix(url, "Bearer good")
	o := loadOptions(t, url)
	require.NoError(t, m.people(t.Context(), newClient(), 2))
	api.mu.Lock()
	api.fault = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	api.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // does not keep it from cleaning up
	err := m.leave(ctx, newClient(), o, &strings.Builder{})
	assert.ErrorContains(t, err, "2 users could not be deleted, and 0 more may be there: DELETE /users/")
	left, readErr := os.ReadFile(strings.TrimSuffix(o.plot, ".html") + "-left.txt")
	require.NoError(t, readErr)
	for id := range api.users {
		assert.Contains(t, string(left), id+"\n")
	}
}

func TestCleaningUpIsPatient(t *testing.T) {
	t.Parallel()
	api, url := newFakeAPI(t)
	m := newMix(url, "Bearer good")
	require.NoError(t, m.people(t.Context(), newClient(), 3))
	m.doubt(m.newCreation())
	api.mu.Lock()
	before := api.n
	api.fault = func(w http.ResponseWriter, _ *http.Request, n int) bool {
		if n > before+2 {
			return false
		}
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[n%2])
		return true
	}
	api.mu.Unlock()
	require.NoError(t, m.leave(t.Context(), newClient(), loadOptions(t, url), &strings.Builder{}))
	assert.Zero(t, api.size())
}

func TestWhatStandsInTheWayIsSaid(t *testing.T) {
	t.Parallel()
	_, url := newFakeAPI(t)
	assert.ErrorContains(t, load(t.Context(), newMix(url, "Bearer bad"), loadOptions(t, url), &strings.Builder{}),
		"refused the credential (401): is it the `make dev` of another checkout?")

	readOnly, readOnlyURL := newFakeAPI(t)
	readOnly.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Method == http.MethodGet {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	assert.ErrorContains(t, load(t.Context(), newMix(readOnlyURL, "Bearer good"), loadOptions(t, readOnlyURL), &strings.Builder{}),
		"does not allow POST /users (403): the credential needs the scopes users:read and users:write")

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	nobody := "http://" + l.Addr().String()
	assert.ErrorContains(t, load(t.Context(), newMix(nobody, "Bearer good"), loadOptions(t, nobody), &strings.Builder{}),
		"nothing answers at "+nobody+": start `make dev` in another terminal")
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-rate 0":                        "RATE=0: must be from 1 to 10000",
		"-duration 10ms":                 "DURATION=10ms: must be from 1s to 1h0m0s",
		"-duration 2h":                   "DURATION=2h0m0s: must be from 1s",
		"-rate 10000 -duration 1h":       "are 36000000 requests, more than 5000000",
		"200":                            "use `make load RATE=200 DURATION=30s`",
		"-url localhost:3000":            "URL=localhost:3000: must be like http://127.0.0.1:3000",
		"-url https://api.example.com/x": "TOKEN is missing",
	} {
		assert.ErrorContains(t, run(t.Context(), strings.Fields(args), &strings.Builder{}), want, args)
	}
}
