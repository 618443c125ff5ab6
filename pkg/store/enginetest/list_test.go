//go:build engines

package enginetest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// all reads the list to its end, by pages of the given size.
func (f *fixture) all(limit int) (users []user.User, pages int) {
	f.t.Helper()
	for cursor := ""; ; {
		page, err := f.List(f.t.Context(), limit, cursor)
		require.NoError(f.t, err)
		require.LessOrEqual(f.t, len(page.Users), limit)
		users, pages = append(users, page.Users...), pages+1
		if cursor = page.Next; cursor == "" {
			return users, pages
		}
	}
}

func TestList(t *testing.T) { onEachEngine(t, testList) }

func testList(t *testing.T, f *fixture) {
	users, pages := f.all(10)
	assert.Empty(t, users)
	assert.Equal(t, 1, pages)

	var want []user.User
	for i := range 25 {
		want = append(want, f.create(input(fmt.Sprintf("u%d@example.com", i))))
	}
	slices.Reverse(want)
	for _, tt := range []struct{ limit, pages int }{{1, 25}, {4, 7}, {5, 5}, {24, 2}, {25, 1}, {100, 1}} {
		got, pages := f.all(tt.limit)
		assert.Equal(t, want, got, "pages of %d", tt.limit)
		assert.Equal(t, tt.pages, pages, "pages of %d", tt.limit)
	}
}

func TestListWhileUsersComeAndGo(t *testing.T) { onEachEngine(t, testListWhileUsersComeAndGo) }

func testListWhileUsersComeAndGo(t *testing.T, f *fixture) {
	var users []user.User
	for i := range 9 {
		users = append(users, f.create(input(fmt.Sprintf("u%d@example.com", i))))
	}
	first, err := f.List(t.Context(), 3, "")
	require.NoError(t, err)

	f.create(input("new@example.com"))                                                       // before the page
	require.NoError(t, f.Delete(t.Context(), first.Users[2].ID, anyVersion))                 // the one that the cursor names
	_, err = f.Update(t.Context(), users[0].ID, input("changed@example.com"), version(1), 0) // behind the page
	require.NoError(t, err)

	second, err := f.List(t.Context(), 100, first.Next)
	require.NoError(t, err)
	require.Len(t, second.Users, 6, "the rest, none twice and none left out")
	assert.Equal(t, users[5].ID, second.Users[0].ID)
	assert.Equal(t, "changed@example.com", second.Users[5].Email)
}

func TestBadCursors(t *testing.T) { onEachEngine(t, testBadCursors) }

func testBadCursors(t *testing.T, f *fixture) {
	f.create(input("a@example.com"))
	f.create(input("b@example.com"))
	page, err := f.List(t.Context(), 1, "")
	require.NoError(t, err)
	good := page.Next
	flipped := []byte(good)
	flipped[3] ^= 1
	for name, cursor := range map[string]string{
		"truncated":         good[:len(good)-1],
		"half":              good[:len(good)/2],
		"longer":            good + "A",
		"padded":            good + "==",
		"one bit off":       string(flipped),
		"made up":           "abc",
		"of zeros":          base64.RawURLEncoding.EncodeToString(make([]byte, 20)),
		"an id":             page.Users[0].ID,
		"not base64":        "!!!",
		"with a newline":    good + "\n",
		"not canonical":     good[:len(good)-1] + "_",
		"a key of an index": base64.RawURLEncoding.EncodeToString([]byte(`{"id":"x","listShard":1}`)),
	} {
		_, err := f.List(t.Context(), 1, cursor)
		requireKind(t, apperr.Invalid, err)
		assert.Equal(t, "cursor", apperr.From(err).Details[0].Field, name)
	}
}
