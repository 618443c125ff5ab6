package auth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

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
	started := time.Now()
	stopSecond()
	assert.Error(t, <-waiting, "one who waits for the fetch, which goes on")
	stopFirst()
	assert.Error(t, <-fetching, "one who fetches")
	assert.Less(t, time.Since(started), time.Second)
}
