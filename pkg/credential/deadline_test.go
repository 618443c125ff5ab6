package credential

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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
