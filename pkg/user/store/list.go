package store

import (
	"context"

	"github.com/google/uuid"

	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

// Page is a part of the list of users.
type Page = dynamo.Page[user.User]

// listShards is how many shards the index byCreation has. One bears what the three writing routes
// let through, 250 requests a second each. With more, a list opens its other connections when it
// is asked first, and not while the function starts.
const listShards = 1

func creationIndex(table string) dynamo.Index {
	return dynamo.Index{Table: table, Name: "byCreation", ShardAttribute: "listShard", Shards: listShards}
}

// List returns up to limit users after a cursor, newest first; the first page has the cursor "".
// The index follows a write after a moment; until then a new user may be missing. Users that are
// created or deleted between two pages cause no other user to be duplicated or left out. Invalid if
// the cursor is not one of List's.
func (t *Table) List(ctx context.Context, limit int, cursor string) (Page, error) {
	page, err := dynamo.List(ctx, t.client, creationIndex(t.name), limit, cursor, fromItem, func(u user.User) uuid.UUID { return u.ID.UUID })
	return page, dynamo.Classify(ctx, "list users", err)
}
