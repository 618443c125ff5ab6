package credential

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// The issuer never answers here, so a caller returns only when its context ends.
func TestLookupReturnsWithContext(t *testing.T) {
	t.Parallel()
	fetches := make(chan struct{}, 2)
	k := &keyCache{now: time.Now, fetch: func(ctx context.Context) (keySet, time.Duration, error) {
		fetches <- struct{}{}
		<-ctx.Done()
		return keySet{}, 0, ctx.Err()
	}}
	find := func(ctx context.Context) chan error {
		answer := make(chan error, 1)
		go func() {
			answer <- k.lookup(ctx, func(known keySet) error { _, err := known.match(joseHeader{KeyID: "a"}); return err })
		}()
		return answer
	}
	first, stopFirst := context.WithCancel(t.Context())
	fetching := find(first)
	<-fetches
	second, stopSecond := context.WithCancel(t.Context())
	waiting := find(second)
	stopSecond()
	assert.Error(t, <-waiting, "a caller that waits for another caller's fetch")
	assert.Empty(t, fetching)
	stopFirst()
	assert.Error(t, <-fetching, "the caller that fetches")
	assert.Empty(t, fetches, "there must be one fetch")
}

// Tokens by the previous secret that come together, after a start that has read the current one
// alone, all wait until the previous one is read.
func TestFirstTokensByThePreviousSecret(t *testing.T) {
	t.Parallel()
	const callers = 4
	for range 500 {
		var failed sync.WaitGroup // each caller's first search
		failed.Add(callers)
		k := &keyCache{now: time.Now}
		k.fetch = func(context.Context) (keySet, time.Duration, error) {
			set := keySet{secrets: []jwt.VerificationKey{[]byte("current")}}
			if !k.primed.Load() {
				failed.Wait()
				set.secrets = append(set.secrets, []byte("previous"))
			}
			return set, time.Hour, nil
		}
		require.NoError(t, k.prime(t.Context()))
		var wait sync.WaitGroup
		for range callers {
			wait.Go(func() {
				first := true
				assert.NoError(t, k.lookup(t.Context(), func(known keySet) error {
					if first {
						first = false
						failed.Done()
					}
					if len(known.secrets) < 2 {
						return auth.ErrSignature
					}
					return nil
				}))
			})
		}
		wait.Wait()
	}
}
