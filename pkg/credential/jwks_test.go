package credential_test

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
	f := newFixture(t, a)
	for range 5 {
		f.expect(a, "", "a known key")
		f.advance(time.Minute)
	}
	f.expectFetches(1)
}

func TestFirstTokenFetchesKeys(t *testing.T) {
	t.Parallel()
	a, c := newECKey(t, "a"), newClock()
	i := newIssuer(t, a)
	_, err := i.authenticator(t, c).Authenticate(t.Context(), "Bearer "+a.sign(t, goodClaims(c.Now())))
	assert.NoError(t, err)
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	a, b, forged := newECKey(t, "a"), newEdKey(t, "b"), newECKey(t, "made-up")
	f := newFixture(t, a)
	f.advance(time.Minute)
	f.publish(t, a, b)
	f.expect(b, "", "the first token of a new key")
	f.expectFetches(2)
	f.expect(a, "", "the old key, still published")

	f.publish(t, b)
	f.advance(14 * time.Minute)
	f.expect(a, "", "a withdrawn key, while the set is fresh")
	f.expectFetches(2)
	f.advance(time.Minute)
	f.expect(a, auth.ErrUnknownKey, "a withdrawn key, once the set is stale")
	f.expect(b, "", "the new key")
	f.expectFetches(3)

	f.advance(10 * time.Second)
	for range 10 {
		f.expect(forged, auth.ErrUnknownKey, "an invented key id")
	}
	f.expectFetches(4)
	f.advance(9999 * time.Millisecond)
	f.expect(forged, auth.ErrUnknownKey, "too early for another fetch")
	f.expectFetches(4)
	f.advance(time.Millisecond)
	f.expect(forged, auth.ErrUnknownKey, "time for another fetch")
	f.expectFetches(5)
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	f := newFixture(t, a)
	f.advance(-24 * time.Hour)
	f.publish(t, a, b)
	f.expect(b, "", "the next fetch must not wait for a day")
}

// 100 concurrent tokens with an unknown key id cause one fetch, and a token with a known key does
// not wait for it.
func TestOneFetchAtATime(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	f := newFixture(t, a)
	f.advance(time.Hour)
	arrived, release := make(chan struct{}), make(chan struct{})
	f.handle(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived) // a second fetch would panic here
		<-release
		_, _ = w.Write([]byte(keySet(t, a, b)))
	})
	var wait sync.WaitGroup
	for range 100 {
		token := b.sign(t, goodClaims(f.Now()))
		wait.Go(func() {
			_, err := f.auth.Authenticate(t.Context(), "Bearer "+token)
			assert.NoError(t, err)
		})
	}
	<-arrived
	f.expect(a, "", "a known key, during a fetch")
	close(release)
	wait.Wait()
	f.expectFetches(2)
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
			i.handle(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Cache-Control", cacheControl)
				_, _ = w.Write([]byte(set))
			})
			f := &fixture{T: t, issuer: i, clock: c, auth: i.authenticator(t, c)}
			require.NoError(t, f.auth.Connect(t.Context()))
			f.advance(want - time.Second)
			f.expect(a, "", "fresh")
			f.expectFetches(1)
			f.advance(time.Second)
			f.expect(a, "", "stale")
			f.expectFetches(2)
		})
	}
}
