package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// issuer publishes a key set over HTTP, and misbehaves when it is told to.
type issuer struct {
	server  *httptest.Server
	fetches atomic.Int32
	answer  atomic.Pointer[http.HandlerFunc]
}

func newIssuer(t *testing.T, keys ...signingKey) *issuer {
	t.Helper()
	i := &issuer{}
	i.publish(t, keys...)
	i.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.fetches.Add(1)
		(*i.answer.Load())(w, r)
	}))
	t.Cleanup(i.server.Close)
	return i
}

func (i *issuer) does(h http.HandlerFunc) { i.answer.Store(&h) }

func (i *issuer) says(status int, body string) {
	i.does(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func (i *issuer) publish(t *testing.T, keys ...signingKey) { i.says(http.StatusOK, keySet(t, keys...)) }

func (i *issuer) authenticator(t *testing.T, c *clock) *auth.Authenticator {
	t.Helper()
	return newAuthenticator(t, c, map[string]string{"JWKS_URL": i.server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
}

// life is an issuer, an authenticator that has its keys, and the time.
type life struct {
	*testing.T
	*issuer
	*clock
	auth *auth.Authenticator
}

func newLife(t *testing.T, keys ...signingKey) *life {
	t.Helper()
	l := &life{T: t, issuer: newIssuer(t, keys...), clock: newClock()}
	l.auth = l.authenticator(t, l.clock)
	require.NoError(t, l.auth.Prime(t.Context()))
	l.expectFetches(1)
	return l
}

// expect checks what becomes of a token of the key; an empty reason is "let in".
func (l *life) expect(k signingKey, want auth.Reason, why string) {
	l.Helper()
	_, err := l.auth.Authenticate(l.Context(), "Bearer "+k.sign(l.T, goodClaims(l.Now())))
	assert.Equal(l, want, auth.ReasonOf(err), "%s: %v", why, err)
}

func (l *life) expectFetches(n int32) {
	l.Helper()
	assert.Equal(l, n, l.fetches.Load(), "fetches so far")
}

func TestKeysAreFetchedOnce(t *testing.T) {
	t.Parallel()
	a := newECKey(t, "a")
	l := newLife(t, a)
	for range 5 {
		l.expect(a, "", "known since the start")
		l.advance(time.Minute)
	}
	l.expectFetches(1)
}

func TestKeysAreFetchedByTheFirstTokenIfNobodyPrimed(t *testing.T) {
	t.Parallel()
	a, c := newECKey(t, "a"), newClock()
	i := newIssuer(t, a)
	_, err := i.authenticator(t, c).Authenticate(t.Context(), "Bearer "+a.sign(t, goodClaims(c.Now())))
	assert.NoError(t, err)
}

func TestRotation(t *testing.T) {
	t.Parallel()
	a, b, forged := newECKey(t, "a"), newEdKey(t, "b"), newECKey(t, "made-up")
	l := newLife(t, a)
	l.advance(time.Minute)
	l.publish(t, a, b)
	l.expect(b, "", "a new key is fetched when its first token comes")
	l.expectFetches(2)
	l.expect(a, "", "the old one works on")

	l.publish(t, b)
	l.advance(14 * time.Minute)
	l.expect(a, "", "a key that is withdrawn works until the set is out of date")
	l.expectFetches(2)
	l.advance(time.Minute)
	l.expect(a, auth.UnknownKey, "and no longer")
	l.expect(b, "", "its successor works")
	l.expectFetches(3)

	l.advance(10 * time.Second)
	for range 10 {
		l.expect(forged, auth.UnknownKey, "a key id that is made up")
	}
	l.expectFetches(4)
	l.advance(9999 * time.Millisecond)
	l.expect(forged, auth.UnknownKey, "too early for another fetch")
	l.expectFetches(4)
	l.advance(time.Millisecond)
	l.expect(forged, auth.UnknownKey, "10 s later")
	l.expectFetches(5)
}

func TestClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	l := newLife(t, a)
	l.advance(-24 * time.Hour)
	l.publish(t, a, b)
	l.expect(b, "", "the next fetch is not a day away")
}

func TestOutages(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*issuer){
		"away":               func(i *issuer) { i.server.Close() },
		"status 500":         func(i *issuer) { i.says(500, `{"keys":[]}`) },
		"status 404":         func(i *issuer) { i.says(404, "not here") },
		"status 204":         func(i *issuer) { i.says(204, "") },
		"nothing":            func(i *issuer) { i.says(200, "") },
		"HTML":               func(i *issuer) { i.says(200, "<html>we are down</html>") },
		"an empty set":       func(i *issuer) { i.says(200, `{"keys":[]}`) },
		"no set":             func(i *issuer) { i.says(200, `{}`) },
		"null":               func(i *issuer) { i.says(200, `null`) },
		"half a set":         func(i *issuer) { i.says(200, `{"keys":[{"kty":"EC","cr`) },
		"keys of other type": func(i *issuer) { i.says(200, `{"keys":{"a":1}}`) },
		"a million brackets": func(i *issuer) { i.says(200, `{"keys":`+strings.Repeat("[", 1<<20-100)) },
		"endless":            func(i *issuer) { i.does(endless) },
		"half an answer":     func(i *issuer) { i.does(hangUp) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := newECKey(t, "a"), newECKey(t, "b")
			l := newLife(t, a)
			breakIt(l.issuer)
			l.advance(time.Hour)
			l.expect(a, "", "a known key, out of date")
			l.expect(b, auth.KeysUnavailable, "a key that is not known")
			fetches := l.fetches.Load()
			l.advance(59 * time.Second)
			l.expect(a, "", "known, and the last fetch failed a minute ago")
			assert.Equal(t, fetches, l.fetches.Load(), "nobody with a known key waits again so soon")
		})
	}
}

// A set that would do is not taken from another place, nor where it is too large
// to be one.
func TestGoodSetsThatAreRefused(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	set := keySet(t, b)
	elsewhere := newIssuer(t, b)
	for name, answer := range map[string]http.HandlerFunc{
		"more than 1 MB": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(set + strings.Repeat(" ", 1<<20)))
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.server.URL, http.StatusTemporaryRedirect)
		},
		"with another status": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNonAuthoritativeInfo)
			_, _ = w.Write([]byte(set))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLife(t, a)
			l.does(answer)
			l.advance(time.Hour)
			l.expect(b, auth.KeysUnavailable, "a key of a set that is refused")
		})
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	chunk := []byte(strings.Repeat(" ", 1<<16))
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"keys":[`))
}

func TestIssuerComesBack(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	i, c := newIssuer(t), newClock()
	i.says(503, "")
	l := &life{T: t, issuer: i, clock: c, auth: i.authenticator(t, c)}
	err := l.auth.Prime(t.Context())
	require.Error(t, err)
	assert.Contains(t, err.Error(), "fetch the issuer's keys: GET "+i.server.URL+": status 503")
	l.expect(a, auth.KeysUnavailable, "nothing is known yet")
	l.expectFetches(1)
	l.publish(t, a)
	l.expect(a, auth.KeysUnavailable, "too early to ask again")
	l.advance(10 * time.Second)
	l.expect(a, "", "the next fetch")
	l.expect(b, auth.UnknownKey, "the issuer is there and does not have it")
	l.expectFetches(2)
}

func TestOperatorLearnsWhyKeysAreUnavailable(t *testing.T) {
	t.Parallel()
	c, k := newClock(), newECKey(t, "secret-looking-kid")
	i := newIssuer(t)
	i.says(200, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`)
	_, err := i.authenticator(t, c).Authenticate(t.Context(), "Bearer "+k.sign(t, goodClaims(c.Now())))
	require.Error(t, err)
	assert.Equal(t, "Unauthorized: keys_unavailable: fetch the issuer's keys: GET "+i.server.URL+
		": none of 1 keys in the set can be used: a key is symmetric or private, and must be neither in a key set that is published", err.Error())
}

// 100 tokens at once with ids that are not known are one fetch, and those who
// have a known key do not wait for it.
func TestOneFetchAtATime(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	l := newLife(t, a)
	l.advance(time.Hour)
	arrived, release := make(chan struct{}), make(chan struct{})
	l.does(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived) // a second fetch would panic here
		<-release
		_, _ = w.Write([]byte(keySet(t, a, b)))
	})
	var wait sync.WaitGroup
	for range 100 {
		token := b.sign(t, goodClaims(l.Now()))
		wait.Go(func() {
			_, err := l.auth.Authenticate(t.Context(), "Bearer "+token)
			assert.NoError(t, err)
		})
	}
	<-arrived
	l.expect(a, "", "known, and somebody else fetches")
	close(release)
	wait.Wait()
	l.expectFetches(2)
}

func TestNobodyWaitsPastTheTimeout(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	l := newLife(t, a)
	l.advance(time.Hour)
	l.does(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	started := time.Now()
	l.expect(b, auth.KeysUnavailable, "an issuer that is silent")
	assert.InDelta(t, 2, time.Since(started).Seconds(), 1.5)
	started = time.Now()
	l.expect(b, auth.KeysUnavailable, "and remembered to be")
	l.expect(a, "", "a known key")
	assert.Less(t, time.Since(started), time.Second)
}

func TestNobodyWaitsPastTheDeadline(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	l := newLife(t, a)
	l.advance(time.Hour)
	arrived := make(chan struct{})
	l.does(func(_ http.ResponseWriter, r *http.Request) { close(arrived); <-r.Context().Done() })
	token := "Bearer " + b.sign(t, goodClaims(l.Now()))
	ask := func(ctx context.Context) chan error {
		answer := make(chan error)
		go func() { _, err := l.auth.Authenticate(ctx, token); answer <- err }()
		return answer
	}
	first, stopFirst := context.WithCancel(t.Context())
	fetching := ask(first)
	<-arrived
	second, stopSecond := context.WithCancel(t.Context())
	waiting := ask(second)
	stopSecond()
	assert.Error(t, <-waiting, "one who waits for the fetch, which goes on")
	stopFirst()
	assert.Error(t, <-fetching, "one who fetches")
}

func TestMaxAge(t *testing.T) {
	t.Parallel()
	for cacheControl, want := range map[string]time.Duration{
		"":                             15 * time.Minute,
		"public":                       15 * time.Minute,
		"max-age=x":                    15 * time.Minute,
		"max-age=-5":                   15 * time.Minute,
		"max-age=600":                  10 * time.Minute,
		"Public, MAX-AGE=3600":         time.Hour,
		"public,max-age=\"1800\"":      30 * time.Minute,
		"max-age=15":                   5 * time.Minute,
		"no-store":                     5 * time.Minute,
		"no-cache, max-age=7200":       5 * time.Minute,
		"max-age=31536000":             24 * time.Hour,
		"max-age=99999999999999999999": 15 * time.Minute,
	} {
		t.Run(fmt.Sprintf("%q", cacheControl), func(t *testing.T) {
			t.Parallel()
			a := newECKey(t, "a")
			set := keySet(t, a)
			i, c := newIssuer(t), newClock()
			i.does(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Cache-Control", cacheControl)
				_, _ = w.Write([]byte(set))
			})
			l := &life{T: t, issuer: i, clock: c, auth: i.authenticator(t, c)}
			require.NoError(t, l.auth.Prime(t.Context()))
			l.advance(want - time.Second)
			l.expect(a, "", "fresh")
			l.expectFetches(1)
			l.advance(time.Second)
			l.expect(a, "", "out of date")
			l.expectFetches(2)
		})
	}
}
