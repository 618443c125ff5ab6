package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/store"
	"users-api/pkg/user"
	"users-api/scripts/internal/people"
)

// fakeTable keeps addresses. before, where set, may refuse a creation.
type fakeTable struct {
	mu     sync.Mutex
	users  map[string]bool
	looks  int
	before func(email string) error
}

func newFakeTable() *fakeTable { return &fakeTable{users: map[string]bool{}} }

func (f *fakeTable) Create(_ context.Context, in user.Input, idem store.Idempotency) (user.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.before != nil {
		if err := f.before(in.Email); err != nil {
			return user.User{}, err
		}
	}
	if f.users[in.Email] {
		return user.User{}, apperr.New(apperr.Conflict, "Email address is taken")
	}
	f.users[in.Email] = true
	return user.User{}, nil
}

func (f *fakeTable) FindByEmail(_ context.Context, email string) ([]user.User, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	if f.users[email] {
		return []user.User{{}}, nil
	}
	return nil, nil
}

func newFiller(t table) *filler {
	return &filler{table: t, workers: 4, block: 10, done: func(int) {}}
}

// finish has a new run do its work up to total, and gives where it went on.
func finish(t *testing.T, table table, total int) (from int, f *filler) {
	t.Helper()
	f = newFiller(table)
	from, err := f.resume(t.Context(), total)
	require.NoError(t, err)
	require.NoError(t, f.fill(t.Context(), from, total))
	return from, f
}

func TestASecondRunGoesOn(t *testing.T) {
	t.Parallel()
	table := newFakeTable()
	from, f := finish(t, table, 35)
	assert.Equal(t, 0, from)
	assert.EqualValues(t, 35, f.made.Load())

	from, f = finish(t, table, 60)
	assert.Equal(t, 30, from)
	assert.EqualValues(t, 25, f.made.Load())
	assert.EqualValues(t, 5, f.were.Load())
	assert.Len(t, table.users, 60)

	from, f = finish(t, table, 60)
	assert.Equal(t, 50, from)
	assert.EqualValues(t, 0, f.made.Load())
	assert.Len(t, table.users, 60)
}

// A run may end anywhere: after each number of users that there were then, the
// next run finds the holes and fills them.
func TestARunThatWasKilledAnywhereIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	killed := errors.New("killed")
	for after := range 40 {
		table := newFakeTable()
		table.before = func(string) error {
			if len(table.users) >= after {
				return killed
			}
			return nil
		}
		f := newFiller(table)
		require.ErrorIs(t, f.fill(t.Context(), 0, 40), killed)
		require.Len(t, table.users, after)

		table.before = nil
		_, f = finish(t, table, 40)
		require.Len(t, table.users, 40)
		require.EqualValues(t, 40-after, f.made.Load())
	}
}

func TestResumeLooksSeldom(t *testing.T) {
	t.Parallel()
	table := newFakeTable()
	for i := range 640 {
		table.users[people.At(0, i).Email] = true
	}
	from, err := newFiller(table).resume(t.Context(), 1_000_000)
	require.NoError(t, err)
	assert.Equal(t, 630, from)
	assert.Less(t, table.looks, 20)
}

func TestUsersThatWereDeletedMakeNothingDouble(t *testing.T) {
	t.Parallel()
	table := newFakeTable()
	finish(t, table, 100)
	delete(table.users, people.At(0, 50).Email) // where the search looks first
	delete(table.users, people.At(0, 77).Email)
	from, f := finish(t, table, 100)
	assert.Equal(t, 40, from)
	assert.EqualValues(t, 2, f.made.Load())
	assert.EqualValues(t, 58, f.were.Load())
}

func TestATableThatThrottlesIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table, refused := newFakeTable(), 0
		table.before = func(string) error {
			if refused++; refused < maxTries {
				return apperr.New(apperr.Unavailable, "Service unavailable")
			}
			return nil
		}
		started := time.Now()
		require.NoError(t, newFiller(table).fill(t.Context(), 0, 1))
		assert.Len(t, table.users, 1)
		assert.Equal(t, firstWait*127, time.Since(started), "waits that double")
	})
}

func TestATableThatIsAwayEndsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := newFakeTable()
		table.before = func(string) error { return apperr.New(apperr.Unavailable, "Service unavailable") }
		err := newFiller(table).fill(t.Context(), 0, 1000)
		assert.ErrorContains(t, err, "user ")
		assert.Equal(t, apperr.Unavailable, apperr.KindOf(err))
	})
}

func TestAFaultEndsTheRunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table, tries := newFakeTable(), 0
		table.before = func(string) error { tries++; return errors.New("no such table") }
		started := time.Now()
		assert.ErrorContains(t, newFiller(table).fill(t.Context(), 0, 1000), "no such table")
		assert.LessOrEqual(t, tries, 2*4)
		assert.Zero(t, time.Since(started))
	})
}

func TestAContextThatEndsEndsTheRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	table := newFakeTable()
	table.before = func(string) error {
		if len(table.users) == 15 {
			cancel()
		}
		return nil
	}
	assert.ErrorIs(t, newFiller(table).fill(ctx, 0, 1000), context.Canceled)
	assert.Less(t, len(table.users), 25)
}
