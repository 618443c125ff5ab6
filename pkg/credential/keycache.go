package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"users-api/pkg/auth"
)

const (
	// fetchTimeout bounds one fetch.
	fetchTimeout = 2 * time.Second
	// fetchInterval is the least time between two fetches, so that invented keys, key ids and
	// signatures cannot cause a storm of them.
	fetchInterval = 10 * time.Second
	// graceInterval is how often a caller with a known key waits for a fetch that fails, in an
	// outage.
	graceInterval = time.Minute
)

// keyCache is a cache of the issuer's key set, or of the stage's secret. The caller that needs it
// fetches it: Lambda freezes whatever runs in the background.
//
// A known key stays good while its server is unavailable, slow or answers nonsense. An unknown key
// causes a fetch. There is one fetch at a time and, but for a first token by the previous secret, at
// most one in fetchInterval; callers that need it meanwhile wait for it.
type keyCache struct {
	fetch    func(context.Context) (keySet, time.Duration, error)
	now      func() time.Time
	fetching sync.Mutex  // held during a fetch
	primed   atomic.Bool // fetches read the current secret alone, until one fails or a token does not fit

	mu         sync.Mutex
	known      keySet
	fresh      time.Time // until when known is fresh
	started    time.Time // when the last fetch began
	fault      error     // of the last fetch
	unreported []string  // which of its keys cannot be used, or its fault, until the log has it
}

// lookup calls find with the known keys, and again after a fetch if they are not fresh or lack what
// find looks for. Its error is find's, or ErrKeysUnavailable with the fault of the last fetch in
// place of ErrUnknownKey.
func (k *keyCache) lookup(ctx context.Context, find func(known keySet) error) error {
	known, due, _ := k.state()
	err := find(known)
	misfit := known.secrets != nil && errors.Is(err, auth.ErrSignature)
	if !misfit && !errors.Is(err, auth.ErrUnknownKey) && !errors.Is(err, auth.ErrAPIKey) && !due {
		return err
	}
	k.update(ctx, misfit)
	known, _, fault := k.state()
	err = find(known)
	if fault = cmp.Or(fault, ctx.Err()); fault != nil && errors.Is(err, auth.ErrUnknownKey) {
		return fmt.Errorf("%w: %w", auth.ErrKeysUnavailable, fault)
	}
	return err
}

// state returns the known keys, whether a fetch is due to refresh them, and the fault of the last.
func (k *keyCache) state() (known keySet, due bool, fault error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known, !k.wallClock().Before(k.fresh) && k.mayFetch(), k.fault
}

// mayFetch reports whether the last fetch began long enough ago. A clock set back delays nothing.
func (k *keyCache) mayFetch() bool {
	since := k.wallClock().Sub(k.started)
	return since < 0 || since >= fetchInterval
}

// update waits for the fetch under way, and then fetches the keys, unless it is too early, see begin.
// If the context ends first, it returns, and its fetch goes on.
func (k *keyCache) update(ctx context.Context, misfit bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.fetching.Lock()
		defer k.fetching.Unlock()
		if ctx.Err() == nil && k.begin(misfit) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
			defer cancel()
			k.settle(k.fetch(ctx))
		}
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// begin reports whether a fetch may start now, and records the start. After a prime, which reads the
// current secret alone, the first token that does not fit it may start one at any time.
func (k *keyCache) begin(misfit bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !(misfit && k.primed.Swap(false)) && !k.mayFetch() {
		return false
	}
	k.started = k.wallClock()
	return true
}

// settle records the outcome of a fetch. A failed fetch changes no key.
func (k *keyCache) settle(set keySet, age time.Duration, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fault, k.unreported = err, set.dropped
	if err != nil {
		k.primed.Store(false)
		k.unreported = []string{err.Error()}
		k.fresh = k.wallClock().Add(graceInterval)
		return
	}
	k.known, k.fresh = set, k.wallClock().Add(age)
}

// takeUnreported returns what was wrong with the last fetch, and whether it failed, once for each
// fetch.
func (k *keyCache) takeUnreported() (faults []string, failed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	faults, k.unreported = k.unreported, nil
	return faults, k.fault != nil && faults != nil
}

// prime fetches the keys before the first request needs them.
func (k *keyCache) prime(ctx context.Context) error {
	k.primed.Store(true)
	k.update(ctx, false)
	_, _, fault := k.state()
	return fault
}

// wallClock returns the time without Go's monotonic reading, which stops while Lambda freezes it.
func (k *keyCache) wallClock() time.Time { return k.now().Round(0) }
