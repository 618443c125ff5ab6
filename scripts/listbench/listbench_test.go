package main

import (
	"users-api/pkg/testing/storetest"

	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/store"
	"users-api/scripts/internal/capacity"
)

// The same as the benchmark, with fewer users, and without its times: those of a
// machine that runs other tests prove nothing.
func TestAPageCostsTheSameHoweverManyUsersThereAre(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	all, err := bench(t.Context(), options{users: 5 * few, rounds: 2, warmUp: 1, atOnce: 4}, &out)
	require.NoError(t, err)
	require.Len(t, all, len(pages))
	for _, c := range all {
		assert.Equal(t, c.small.usage, c.large.usage, "the %s page of %d", c.small.place, c.small.limit)
		assert.Equal(t, 2, c.small.usage.Calls)
		assert.Positive(t, c.small.usage.Read)
		assert.Len(t, c.large.times, 2)
	}
	assert.Contains(t, out.String(), "filled a table with 5000 users in ")
}

func TestTheItemsAreThoseOfTheStore(t *testing.T) {
	t.Parallel()
	const users = 40
	server, client, err := newTable(t.Context(), users, 2, func(int) {})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Close()) })
	loaded, err := capacity.Read(t.Context(), client, tableName, "id")
	require.NoError(t, err)

	const other = "created"
	require.NoError(t, storetest.CreateTable(t.Context(), client, other))
	next := rank(users - 1)
	table := store.New(client, other, time.Now, func() (uuid.UUID, error) { return next.id(), nil })
	for ; next >= 0; next-- {
		_, err := table.Create(t.Context(), next.input(), store.Idempotency{})
		require.NoError(t, err)
	}
	created, err := capacity.Read(t.Context(), client, other, "id")
	require.NoError(t, err)
	assert.Len(t, created, 2*users)
	assert.Equal(t, created, loaded)
}

func TestIDs(t *testing.T) {
	t.Parallel()
	seen := map[uuid.UUID]bool{}
	for r := range rank(3 * period) {
		id := r.id()
		require.False(t, seen[id])
		seen[id] = true
		assert.EqualValues(t, 7, id.Version())
		assert.Equal(t, uuid.RFC4122, id.Variant())
		assert.Greater(t, id.String(), (r + 1).id().String(), "newest first")
		assert.Equal(t, id.String()[14:], (r + period).id().String()[14:], "the same shard")
		assert.Len(t, (r + period).input().Email, len(r.input().Email))
		assert.Equal(t, r.input().Name, (r + period).input().Name)
	}
	sec, nsec := rank(0).id().Time().UnixTime()
	assert.Equal(t, born, time.Unix(sec, nsec).UTC())
}

func TestPagesStandAtTheSamePlaceOfAPeriod(t *testing.T) {
	t.Parallel()
	for _, p := range pages {
		for _, users := range []int{2000, 5000, 1_000_000} {
			assert.Equal(t, p.from(few)%period, p.from(users)%period, "%v of %d", p, users)
		}
	}
	assert.EqualValues(t, 500_500, page{middle, 20}.from(1_000_000))
	assert.EqualValues(t, 999_980, page{last, 20}.from(1_000_000))
}

func TestQuantilesAndRatio(t *testing.T) {
	t.Parallel()
	of := func(ms ...int) sample {
		s := sample{page: page{middle, 20}, users: few, usage: capacity.Usage{Calls: 4, Read: 2}}
		for _, n := range ms {
			s.times = append(s.times, time.Duration(n)*time.Millisecond)
		}
		return s
	}
	s := of(9, 1, 5, 3, 7)
	assert.Equal(t, 5*time.Millisecond, s.quantile(0.5))
	assert.Equal(t, 9*time.Millisecond, s.quantile(0.9))
	assert.Equal(t, 9*time.Millisecond, s.quantile(1))

	same := comparison{of(10), of(11)}
	assert.InDelta(t, 1.1, same.ratio(), 0.001)
	require.NoError(t, verdict([]comparison{same}))
	assert.ErrorContains(t, verdict([]comparison{{of(10), of(13)}}), "the middle page of 20 takes 1.30 times as long")
	dear := of(10)
	dear.usage.Read = 3
	assert.ErrorContains(t, verdict([]comparison{{of(10), dear}}), "the middle page of 20: {Calls:4 Read:2} with 1000 users, {Calls:4 Read:3} with 1000")

	var out strings.Builder
	show(&out, []comparison{same})
	assert.Equal(t, "page    limit     users  calls  read units     median        p90   ratio\n"+
		"middle     20      1000      4           2   10.00 ms   10.00 ms        \n"+
		"middle     20      1000      4           2   11.00 ms   11.00 ms    1.10\n", out.String())
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-n 1000":      "N=1000, must be a multiple of 1000, above 1000",
		"-n 1500":      "N=1500, must be a multiple",
		"-n 20000000":  "up to 10000000",
		"-pages 3":     "PAGES=3: must be from 20",
		"-at-once 100": "-at-once 100: must be from 1",
		"5000":         "use `make bench-list N=1000000`",
	} {
		assert.ErrorContains(t, run(t.Context(), strings.Fields(args), &strings.Builder{}), want)
	}
}
