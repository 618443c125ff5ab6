package credential

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"

	"users-api/pkg/auth"
)

const (
	// fetchInterval is the least time between two fetches, so that tokens with invented key ids
	// cannot cause a storm of them.
	fetchInterval = 10 * time.Second
	// graceInterval is how often a caller with a known key waits for a fetch that fails, in an
	// outage.
	graceInterval = time.Minute
)

// issuerKeys is a cache of the issuer's key set. The caller that needs it fetches it: Lambda
// freezes whatever runs in the background.
//
// A known key stays good while the issuer is unavailable, slow or answers nonsense. An unknown key
// causes a fetch. There is one fetch at a time and at most one in fetchInterval; callers that need
// it meanwhile wait for the same one.
type issuerKeys struct {
	fetch  func(context.Context) (keySet, time.Duration, error)
	now    func() time.Time
	flight singleflight.Group

	mu         sync.Mutex
	known      keySet
	fresh      time.Time // until when known is fresh
	started    time.Time // when the last fetch began
	fault      error     // what was wrong with it
	unreported error     // a fault that takeFault has not returned yet
}

// find returns the keys that may have signed a token. Its error holds an auth.Reason: ErrAlgorithm,
// ErrUnknownKey, or ErrKeysUnavailable with the fault of the last fetch.
func (k *issuerKeys) find(ctx context.Context, h joseHeader) ([]jwt.VerificationKey, error) {
	known, due, _ := k.state()
	found, err := known.match(h)
	if !errors.Is(err, auth.ErrUnknownKey) && !due {
		return found, err
	}
	k.update(ctx)
	known, _, fault := k.state()
	found, err = known.match(h)
	if fault != nil && errors.Is(err, auth.ErrUnknownKey) {
		return nil, fmt.Errorf("%w: %w", auth.ErrKeysUnavailable, fault)
	}
	return found, err
}

// state returns the known keys, whether a fetch is due to refresh them, and the fault of the last.
func (k *issuerKeys) state() (known keySet, due bool, fault error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known, !k.wallClock().Before(k.fresh) && k.mayFetch(), k.fault
}

// mayFetch reports whether the last fetch began long enough ago. A clock set back delays nothing.
func (k *issuerKeys) mayFetch() bool {
	since := k.wallClock().Sub(k.started)
	return since < 0 || since >= fetchInterval
}

// update fetches the key set, or waits for the fetch under way, until the context ends. It does
// nothing if it is too early for another fetch.
func (k *issuerKeys) update(ctx context.Context) {
	fetched := k.flight.DoChan("", func() (any, error) {
		if k.begin() {
			k.settle(k.fetch(context.WithoutCancel(ctx)))
		}
		return nil, nil
	})
	select {
	case <-fetched:
	case <-ctx.Done():
	}
}

// begin reports whether a fetch may start now, and records the start.
func (k *issuerKeys) begin() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.mayFetch() {
		return false
	}
	k.started = k.wallClock()
	return true
}

// settle records the outcome of a fetch. A failed fetch changes no key.
func (k *issuerKeys) settle(set keySet, age time.Duration, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fault = err
	if err != nil {
		k.unreported = err
		k.fresh = k.wallClock().Add(graceInterval)
		return
	}
	k.known, k.fresh = set, k.wallClock().Add(age)
}

// takeDropped returns why keys of the last set were dropped, once for each fetch.
func (k *issuerKeys) takeDropped() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	dropped := k.known.dropped
	k.known.dropped = nil
	return dropped
}

// takeFault returns what was wrong with a fetch, once for each fetch that failed.
func (k *issuerKeys) takeFault() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	fault := k.unreported
	k.unreported = nil
	return fault
}

// prime fetches the key set before the first token needs it.
func (k *issuerKeys) prime(ctx context.Context) error {
	k.update(ctx)
	_, _, fault := k.state()
	return fault
}

// wallClock returns the time without Go's monotonic reading, which stops while Lambda freezes it.
func (k *issuerKeys) wallClock() time.Time { return k.now().Round(0) }
