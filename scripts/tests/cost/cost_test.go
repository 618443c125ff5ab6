package cost

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

var update = flag.Bool("update", false, "rewrite the tables in docs/cost.md")

// The tables in docs/cost.md are those of the figures and the prices.
func TestTables(t *testing.T) {
	t.Parallel()
	const doc = "../../../docs/cost.md"
	text, err := os.ReadFile(doc)
	require.NoError(t, err)
	want := withTables(string(text))
	for name := range tables {
		assert.Contains(t, want, "<!-- make cost: "+name+" -->")
	}
	if *update {
		require.NoError(t, os.WriteFile(doc, []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(text), "run make cost, which rewrites the tables")
	totals := regexp.MustCompile(`(?m)\*\*(\$\d\.\d\d)\*\* \|$`).FindAllStringSubmatch(want, -1)
	slices.SortFunc(totals, func(a, b []string) int { return strings.Compare(a[1], b[1]) })
	readme, err := os.ReadFile("../../../README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), "why a million requests cost "+totals[0][1]+" to "+totals[len(totals)-1][1])
}

// expect is a precondition that allows every version and expects one; 0 expects none.
type expect int64

func (expect) Allows(int64) bool { return true }
func (e expect) Expected() int64 { return int64(e) }

func errorOf[T any](_ T, err error) error { return err }

func TestOperations(t *testing.T) {
	t.Parallel()
	ctx, tb := t.Context(), newTable(t, 1000)
	none, key := store.Idempotency{}, store.Idempotency{Principal: "jwt:me", Key: "k"}
	ann, bea, cid := input("ann"), input("bea"), input("cid")
	created, err := tb.Create(ctx, ann, none)
	require.NoError(t, err)
	operations := []struct { // each finds what those before it have left
		name string
		run  func() error
	}{
		{name: "get", run: func() error { return errorOf(tb.Get(ctx, created.User.ID)) }},
		{name: "list 20", run: func() error { return errorOf(tb.List(ctx, 20, "")) }},
		{name: "list 100", run: func() error { return errorOf(tb.List(ctx, 100, "")) }},
		{name: "find", run: func() error { return errorOf(tb.FindByEmail(ctx, ann.Email)) }},
		{name: "find none", run: func() error { return errorOf(tb.FindByEmail(ctx, bea.Email)) }},
		{name: "create", run: func() error { return errorOf(tb.Create(ctx, bea, none)) }},
		{name: "create with a key", run: func() error { return errorOf(tb.Create(ctx, cid, key)) }},
		{name: "update with If-Match", run: func() error { return errorOf(tb.Update(ctx, created.User.ID, ann, expect(1))) }},
		{name: "update", run: func() error { return errorOf(tb.Update(ctx, created.User.ID, ann, expect(0))) }},
		{name: "update the address", run: func() error { return errorOf(tb.Update(ctx, created.User.ID, input("lee"), expect(0))) }},
		{name: "delete", run: func() error { return tb.Delete(ctx, created.User.ID, expect(0)) }},
	}
	require.Len(t, figures.Operations, len(operations))
	for i, want := range figures.Operations {
		tb.take()
		require.NoError(t, operations[i].run(), want.Name)
		assert.Equal(t, want.Name, operations[i].name)
		assert.Equal(t, want.units, tb.take(), "%s: if the new figures are right, put them into figures.json", want.Name)
	}
}

// So the units above hold for every user.
func TestTheLongestUserFitsOneWriteUnit(t *testing.T) {
	t.Parallel()
	tb, age := newTable(t, 0), user.MaxAge
	in := usertest.Input(strings.Repeat("𒀀", user.MaxNameLength), // 4 bytes each
		strings.Repeat("a", 64)+"@"+strings.Repeat(strings.Repeat("ü", 27)+".", 3)+"example")
	in.Age = &age
	key := store.Idempotency{Principal: strings.Repeat("p", 1000), Key: strings.Repeat("k", 200)}
	require.NoError(t, errorOf(tb.Create(t.Context(), in, key)))
	items, err := storetest.Items(t.Context(), tb.client, tb.name)
	require.NoError(t, err)
	require.Len(t, items, 3)
	for _, item := range items {
		size := 0
		for name := range item {
			size += len(name) + max(len(storetest.Text(item, name)), 21) // a number has at most 21 bytes
		}
		assert.LessOrEqual(t, size, 1024, "%v", item)
	}
}

// A page costs the same however many users there are. The times are logged: they mean something
// only where nothing else runs.
func TestPages(t *testing.T) {
	t.Parallel()
	const rounds = 20
	small, large := newTable(t, 1000), newTable(t, *largeTable)
	for _, limit := range []int{20, 100} {
		for place, offset := range map[string][2]int{
			"first": {}, "middle": {small.users / 2, large.users / 2}, "last": {small.users - limit, large.users - limit},
		} {
			readSmall, readLarge := small.page(t, offset[0], limit), large.page(t, offset[1], limit)
			var ofSmall, ofLarge time.Duration
			for range rounds { // in turns, so that a change of the machine's load falls on both
				ofSmall += readSmall()
				ofLarge += readLarge()
			}
			used := small.take()
			assert.Equal(t, used, large.take(), "the %s page of %d", place, limit)
			t.Logf("the %s page of %d: %g read units; with %d users %v, with %d %v, ratio %.2f", place, limit, used.Reads/rounds,
				small.users, ofSmall/rounds, large.users, ofLarge/rounds, float64(ofLarge)/float64(ofSmall))
		}
	}
}

// page returns a function that reads the page at an offset, and returns the time that it takes.
func (tb *table) page(t *testing.T, offset, limit int) func() time.Duration {
	t.Helper()
	cursor := ""
	for left := offset; left > 0; left -= 1000 {
		page, err := tb.List(t.Context(), min(left, 1000), cursor)
		require.NoError(t, err)
		cursor = page.Next
	}
	tb.take()
	return func() time.Duration {
		start := time.Now()
		page, err := tb.List(t.Context(), limit, cursor)
		took := time.Since(start)
		require.NoError(t, err)
		require.Len(t, page.Items, limit)
		require.Equal(t, id(tb.users-1-offset), page.Items[0].ID)
		require.Equal(t, offset+limit == tb.users, page.Next == "", "it is the last page")
		return took
	}
}
