package main

import (
	"users-api/pkg/testing/storetest"

	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"users-api/pkg/store"
	"users-api/pkg/user"
	"users-api/scripts/internal/dynamodblocal"
	"users-api/scripts/internal/people"
)

// tableName is the name of every table here: each has an engine to itself.
const tableName = "users"

// period is after how many users they look the same again. So pages at the same
// place of a period hold users of the same sizes, however many there are in all.
const period = 1000

// born is when the newest user was created. Each older one was a millisecond
// before.
var born = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rank counts users from the newest, 0, to the oldest, as a list shows them.
type rank int

// id gives users at the same place of a period the same shard.
func (r rank) id() uuid.UUID {
	created := born.UnixMilli() - int64(r)
	return uuid.MustParse(fmt.Sprintf("%08x-%04x-7000-8000-%012x", created>>16, created&0xffff, int64(r%period)))
}

func (r rank) input() user.Input {
	in := user.Input(people.At(0, int(r%period)))
	in.Email = fmt.Sprintf("%07d.%s", r, in.Email)
	return in
}

// loader writes the items of many users at a rate that the store, which writes
// each user in a transaction, is not made for. What the items are it leaves to
// the store: it has the store create the users, takes the writes out of the
// transactions and sends them in batches.
type loader struct {
	table *store.Table
	next  rank // whom the store creates next
	taken []types.WriteRequest
}

func newLoader(client *dynamodb.Client) *loader {
	l := &loader{}
	take := dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Take", l.take), middleware.Before)
		})
	})
	l.table = store.New(take, tableName, time.Now, func() (uuid.UUID, error) { return l.next.id(), nil })
	return l
}

// take stands in for a transaction of puts. Their conditions hold: the users are
// new and differ.
func (l *loader) take(_ context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	var none middleware.InitializeOutput
	transaction, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput)
	if !ok {
		return none, middleware.Metadata{}, fmt.Errorf("%T: the store creates a user in another way now; teach scripts/listbench", in.Parameters)
	}
	for _, write := range transaction.TransactItems {
		if write.Put == nil {
			return none, middleware.Metadata{}, errors.New("a creation that does not only put: teach scripts/listbench")
		}
		l.taken = append(l.taken, types.WriteRequest{PutRequest: &types.PutRequest{Item: write.Put.Item}})
	}
	none.Result = &dynamodb.TransactWriteItemsOutput{}
	return none, middleware.Metadata{}, nil
}

// batchSize is how many writes a BatchWriteItem may have.
const batchSize = 25

// load writes users, from the oldest to the newest, with some batches at once.
func load(ctx context.Context, client *dynamodb.Client, users, atOnce int, done func(int)) error {
	batches := make(chan []types.WriteRequest, atOnce)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(batches)
		return newLoader(client).produce(ctx, users, batches, done)
	})
	for range atOnce {
		group.Go(func() error {
			for batch := range batches {
				if err := writeBatch(ctx, client, batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (l *loader) produce(ctx context.Context, users int, batches chan<- []types.WriteRequest, done func(int)) error {
	for l.next = rank(users - 1); l.next >= 0; l.next-- {
		if _, err := l.table.Create(ctx, l.next.input(), store.Idempotency{}); err != nil {
			return err
		}
		for len(l.taken) >= batchSize || l.next == 0 && len(l.taken) > 0 {
			n := min(batchSize, len(l.taken))
			select {
			case batches <- l.taken[:n:n]:
				l.taken = append([]types.WriteRequest(nil), l.taken[n:]...)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		done(1)
	}
	return nil
}

// batchTries is how often what an engine left undone is sent again.
const batchTries = 10

func writeBatch(ctx context.Context, client *dynamodb.Client, batch []types.WriteRequest) error {
	for range batchTries {
		out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{tableName: batch},
		})
		if err != nil {
			return err
		}
		if batch = out.UnprocessedItems[tableName]; len(batch) == 0 {
			return nil
		}
	}
	return fmt.Errorf("%d items were left undone %d times", len(batch), batchTries)
}

// newTable starts an engine with a table of so many users.
func newTable(ctx context.Context, users, atOnce int, done func(int)) (*dynamodblocal.Server, *dynamodb.Client, error) {
	server, err := dynamodblocal.StartToMeasure(ctx)
	if err != nil {
		return nil, nil, err
	}
	client := storetest.Client(server.Endpoint())
	if err = storetest.CreateTable(ctx, client, tableName); err == nil {
		err = load(ctx, client, users, atOnce, done)
	}
	if err != nil {
		return nil, nil, errors.Join(err, server.Close())
	}
	return server, client, nil
}
