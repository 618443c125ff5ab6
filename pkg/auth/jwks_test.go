package auth_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

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
