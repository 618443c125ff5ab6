package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/user"
)

// Page is a part of the list of users.
type Page struct {
	Users []user.User // newest first
	Next  string      // the cursor of the next page; "" on the last one
}

// List gives up to limit users behind a cursor, newest first; the first page
// has the cursor "". A user may be missing for the moment that the index takes
// to follow a write. Users that come and go meanwhile make no other one appear
// twice or be left out. Invalid where the cursor is none of List's.
func (t *Table) List(ctx context.Context, limit int, cursor string) (Page, error) {
	before, err := decodeCursor(cursor)
	if err != nil {
		return Page{}, err
	}
	page, err := t.list(ctx, limit, before)
	return page, classify(ctx, "list users", err)
}

func (t *Table) list(ctx context.Context, limit int, before string) (Page, error) {
	users, err := t.queryShards(ctx, limit+1, before) // one more tells whether there is a next page
	if err != nil {
		return Page{}, err
	}
	slices.SortFunc(users, func(a, b user.User) int { return cmp.Compare(b.ID, a.ID) })
	if len(users) <= limit {
		return Page{Users: users}, nil
	}
	users = users[:limit]
	return Page{Users: users, Next: encodeCursor(users[limit-1].ID)}, nil
}

// queryShards asks all shards at once, each for as many as there might be in it:
// one of them from here, which spares a new goroutine's stack growing.
func (t *Table) queryShards(ctx context.Context, limit int, before string) ([]user.User, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		users []user.User
		err   error
	}
	answers := make(chan answer, listShards-1)
	for shard := 1; shard < listShards; shard++ {
		go func() {
			users, err := t.queryShard(ctx, shard, limit, before)
			answers <- answer{users, err}
		}()
	}
	all, err := t.queryShard(ctx, 0, limit, before)
	if err != nil {
		return nil, err
	}
	for range listShards - 1 {
		a := <-answers
		if a.err != nil {
			return nil, a.err
		}
		all = append(all, a.users...)
	}
	return all, nil
}

func (t *Table) queryShard(ctx context.Context, shard, limit int, before string) ([]user.User, error) {
	out, err := t.client.Query(ctx, &dynamodb.QueryInput{
		TableName:              &t.name,
		IndexName:              aws.String(creationIndex),
		KeyConditionExpression: aws.String(shardAttribute + " = :shard AND " + keyAttribute + " < :before"),
		ExpressionAttributeValues: item{
			":shard":  number(int64(shard)),
			":before": &types.AttributeValueMemberS{Value: before},
		},
		ScanIndexForward: aws.Bool(false),
		Limit:            aws.Int32(int32(limit)),
	})
	if err != nil {
		return nil, err
	}
	users := make([]user.User, len(out.Items))
	for i, it := range out.Items {
		if users[i], err = fromItem(it); err != nil {
			return nil, err
		}
	}
	return users, nil
}
