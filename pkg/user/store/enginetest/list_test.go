//go:build engines

package enginetest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

// list reads the whole list in pages of the given size.
func (f *fixture) list(limit int) (users []user.User, pages int) {
	f.t.Helper()
	for cursor := ""; ; {
		page, err := f.List(f.t.Context(), limit, cursor)
		require.NoError(f.t, err)
		require.LessOrEqual(f.t, len(page.Items), limit)
		users, pages = append(users, page.Items...), pages+1
		if cursor = page.Next; cursor == "" {
			return users, pages
		}
	}
}

func TestList(t *testing.T) { onEachEngine(t, testList) }

func testList(t *testing.T, f *fixture) {
	users, pages := f.list(10)
	assert.Empty(t, users)
	assert.Equal(t, 1, pages)

	var want []user.User
	for i := range 25 {
		want = append(want, f.create(input(fmt.Sprintf("u%d@example.com", i))))
	}
	slices.Reverse(want)
	for _, tt := range []struct{ limit, pages int }{
		{limit: 1, pages: 25}, {limit: 4, pages: 7}, {limit: 5, pages: 5}, {limit: 24, pages: 2}, {limit: 25, pages: 1}, {limit: 100, pages: 1},
	} {
		got, pages := f.list(tt.limit)
		assert.Equal(t, want, got, "pages of %d", tt.limit)
		assert.Equal(t, tt.pages, pages, "pages of %d", tt.limit)
	}
}

func TestGrownIndex(t *testing.T) { onEachEngine(t, testGrownIndex) }

// An index that has got more shards lists the items of all of them in one order, those that it had
// before among them.
func testGrownIndex(t *testing.T, f *fixture) {
	index := dynamo.Index{Table: f.name, Name: "byCreation", ShardAttribute: "listShard", Shards: 1}
	var want []uuid.UUID
	for n := range 24 {
		if n == 6 {
			index.Shards = 3
		}
		id := newID(t).UUID
		_, err := f.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &f.name, Item: dynamo.Item{
			dynamo.KeyAttribute: dynamo.Text(id.String()), index.ShardAttribute: dynamo.Number(int64(index.ShardOf(id))),
		}})
		require.NoError(t, err)
		want = append(want, id)
	}
	slices.Reverse(want)
	read := func(it dynamo.Item) (uuid.UUID, error) {
		a := dynamo.Attributes{Of: it}
		return dynamo.Parse(&a, dynamo.KeyAttribute, uuid.Parse), a.Err()
	}
	for _, limit := range []int{1, 5, 23, 24, 100} {
		var got []uuid.UUID
		for cursor, more := "", true; more; more = cursor != "" {
			page, err := dynamo.List(t.Context(), f.client, index, limit, cursor, read, func(id uuid.UUID) uuid.UUID { return id })
			require.NoError(t, err)
			got, cursor = append(got, page.Items...), page.Next
		}
		assert.Equal(t, want, got, "pages of %d", limit)
	}
}

func TestListDuringChanges(t *testing.T) { onEachEngine(t, testListDuringChanges) }

func testListDuringChanges(t *testing.T, f *fixture) {
	var users []user.User
	for i := range 9 {
		users = append(users, f.create(input(fmt.Sprintf("u%d@example.com", i))))
	}
	first, err := f.List(t.Context(), 3, "")
	require.NoError(t, err)

	f.create(input("new@example.com"))                                                    // before the first page
	require.NoError(t, f.Delete(t.Context(), first.Items[2].ID, anyVersion))              // the user that the cursor names
	_, err = f.Update(t.Context(), users[0].ID, input("changed@example.com"), version(1)) // after the first page
	require.NoError(t, err)

	second, err := f.List(t.Context(), 100, first.Next)
	require.NoError(t, err)
	require.Len(t, second.Items, 6, "the second page must have the rest, each user once")
	assert.Equal(t, users[5].ID, second.Items[0].ID)
	assert.Equal(t, "changed@example.com", second.Items[5].Email)
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
		"truncated":        good[:len(good)-1],
		"first half":       good[:len(good)/2],
		"extra character":  good + "A",
		"padded":           good + "==",
		"one bit flipped":  string(flipped),
		"short text":       "abc",
		"zeros":            base64.RawURLEncoding.EncodeToString(make([]byte, 20)),
		"id":               page.Items[0].ID.String(),
		"invalid base64":   "!!!",
		"trailing newline": good + "\n",
		"not canonical":    good[:len(good)-1] + "_",
		"key of the index": base64.RawURLEncoding.EncodeToString([]byte(`{"id":"x","listShard":1}`)),
	} {
		_, err := f.List(t.Context(), 1, cursor)
		requireKind(t, apperr.Invalid, err)
		assert.Equal(t, "cursor", apperr.From(err).Details[0].Field, name)
	}
}
