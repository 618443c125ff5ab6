package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// fetchInterval is the least time between two fetches, so that tokens with
	// made-up key ids cannot make a storm of them.
	fetchInterval = 10 * time.Second
	// graceInterval is how often, while the issuer is away, one caller with a
	// known key waits for a fetch in vain.
	graceInterval = time.Minute
)

// issuerKeys is the issuer's key set as far as it is known here. It is fetched
// when it is needed and by the one who needs it: Lambda freezes whatever runs in
// the background.
//
// A key that is known goes on working while the issuer is away, slow or answers
// nonsense. One that is not causes a fetch, of which there is one at a time and
// one in fetchInterval; those who need it meanwhile wait for the same one.
type issuerKeys struct {
	fetch func(context.Context) (keySet, time.Duration, error)
	now   func() time.Time

	mu      sync.Mutex
	known   keySet
	fresh   time.Time     // until when known needs no fetch
	started time.Time     // when the last fetch was
	fault   error         // what was wrong with it
	flight  chan struct{} // closed when the one under way ends; nil without one
}

// find gives the keys that may have signed a token. Its error holds a Reason:
// Algorithm, UnknownKey, or KeysUnavailable with the fault of the last fetch.
func (k *issuerKeys) find(ctx context.Context, h header) ([]jwt.VerificationKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, err := k.known.match(h)
	unknown := errors.Is(err, UnknownKey)
	if unknown || !k.wallClock().Before(k.fresh) {
		k.update(ctx, unknown)
		found, err = k.known.match(h)
	}
	if k.fault != nil && errors.Is(err, UnknownKey) {
		return nil, fmt.Errorf("%w: %w", KeysUnavailable, k.fault)
	}
	return found, err
}

// update fetches the key set, or waits for the fetch that is under way if the
// caller cannot do without, or does nothing if it is too early for another.
// The lock is held by the caller and let go of meanwhile.
func (k *issuerKeys) update(ctx context.Context, wait bool) {
	if k.flight != nil {
		if wait {
			k.await(ctx, k.flight)
		}
		return
	}
	// A clock that was set back must not put off the next fetch.
	if since := k.wallClock().Sub(k.started); since >= 0 && since < fetchInterval {
		return
	}
	k.started = k.wallClock()
	k.flight = make(chan struct{})
	defer func() {
		close(k.flight)
		k.flight = nil
	}()
	k.settle(k.fetchUnlocked(ctx))
}

func (k *issuerKeys) await(ctx context.Context, flight <-chan struct{}) {
	k.mu.Unlock()
	defer k.mu.Lock()
	select {
	case <-flight:
	case <-ctx.Done():
	}
}

func (k *issuerKeys) fetchUnlocked(ctx context.Context) (keySet, time.Duration, error) {
	k.mu.Unlock()
	defer k.mu.Lock()
	return k.fetch(ctx)
}

// settle takes the outcome of a fetch. One that failed changes no key.
func (k *issuerKeys) settle(set keySet, age time.Duration, err error) {
	k.fault = err
	if err != nil {
		k.fresh = k.wallClock().Add(graceInterval)
		return
	}
	k.known, k.fresh = set, k.wallClock().Add(age)
}

// prime fetches the key set before the first token asks for it.
func (k *issuerKeys) prime(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.update(ctx, true)
	return k.fault
}

// wallClock gives the time without Go's monotonic reading, which stands still
// while Lambda has the function frozen.
func (k *issuerKeys) wallClock() time.Time { return k.now().Round(0) }
