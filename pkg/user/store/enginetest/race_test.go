//go:build engines

package enginetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// concurrently runs f n times at once and counts the kinds of its errors; a success counts as "".
func concurrently(n int, f func(i int) error) map[string]int {
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		counts = map[string]int{}
		start  = make(chan struct{})
	)
	for i := range n {
		wg.Go(func() {
			<-start
			kind := ""
			if err := f(i); err != nil {
				kind = string(apperr.KindOf(err))
			}
			mu.Lock()
			defer mu.Unlock()
			counts[kind]++
		})
	}
	close(start)
	wg.Wait()
	return counts
}

func TestConcurrentCreatesOfOneAddress(t *testing.T) {
	f := newFixture(t)
	counts := concurrently(1000, func(int) error {
		_, err := f.Create(t.Context(), ann, store.Idempotency{})
		return err
	})
	assert.Equal(t, 1, counts[""], "%v", counts)
	assert.Equal(t, 999, counts["conflict"]+counts["unavailable"], "%v", counts)
	assert.Equal(t, 1, f.requireConsistent())
}

func TestConcurrentCreatesWithOneKey(t *testing.T) {
	f := newFixture(t)
	var mu sync.Mutex
	ids := map[user.ID]bool{}
	counts := concurrently(1000, func(int) error {
		idem := store.Idempotency{Principal: "jwt:me", Key: "k"}
		created, err := f.Create(t.Context(), ann, idem)
		for apperr.KindOf(err) == apperr.Unavailable { // a client repeats the request with its key
			created, err = f.Create(t.Context(), ann, idem)
		}
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			ids[created.User.ID] = true
		}
		return err
	})
	assert.Equal(t, map[string]int{"": 1000}, counts, "every request must return the user")
	assert.Len(t, ids, 1, "all must return the same user")
	assert.Equal(t, 1, f.requireConsistent())
}

func TestConcurrentUpdatesOfOneVersion(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	counts := concurrently(100, func(i int) error {
		_, err := f.Update(t.Context(), u.ID, named(fmt.Sprint("Ann ", i)), precondition(version(1), int64(i%2)))
		return err
	})
	assert.Equal(t, map[string]int{"": 1, "precondition_failed": 99}, counts)
	got, err := f.Get(t.Context(), u.ID)
	require.NoError(t, err)
	assert.EqualValues(t, 2, got.Version)
}

func TestConcurrentUpdatesLoseNoWrite(t *testing.T) {
	f := newFixture(t)
	u := f.create(ann)
	const n = 8
	counts := concurrently(n, func(i int) error {
		_, err := f.Update(t.Context(), u.ID, named(fmt.Sprint("Ann ", i)), anyVersion)
		return err
	})
	got, err := f.Get(t.Context(), u.ID)
	require.NoError(t, err)
	assert.EqualValues(t, 1+counts[""], got.Version, "one version for each successful update: %v", counts)
	assert.Equal(t, n, counts[""]+counts["unavailable"], "%v", counts)
}

func TestConcurrentWritesOfAllKinds(t *testing.T) {
	f := newFixture(t)
	addresses := []string{"a@example.com", "b@example.com", "c@example.com"}
	var users []user.User
	for i := range 3 {
		users = append(users, f.create(input(fmt.Sprintf("start%d@example.com", i))))
	}
	concurrently(240, func(i int) error {
		address, id := addresses[i%3], users[(i/3)%3].ID
		switch i % 4 {
		case 0:
			_, err := f.Create(context.WithoutCancel(t.Context()), input(address), store.Idempotency{})
			return err
		case 1, 2:
			_, err := f.Update(context.WithoutCancel(t.Context()), id, input(address), anyVersion)
			return err
		}
		if i > 200 {
			return f.Delete(context.WithoutCancel(t.Context()), id, anyVersion)
		}
		found, err := f.FindByEmail(context.WithoutCancel(t.Context()), usertest.Email(address))
		if err != nil || len(found) == 0 {
			return err
		}
		return f.Delete(context.WithoutCancel(t.Context()), found[0].ID, anyVersion)
	})
	f.requireConsistent()
}
