package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

// Idempotency is a client's Idempotency-Key and the principal that sent it.
type Idempotency = dynamo.Idempotency

// Created is the outcome of Create.
type Created struct {
	User     user.User
	Replayed bool // an earlier request with the same idempotency key created it
}

// Create adds a user. With an idempotency key, the same input within a day returns the same user,
// as it was created, and adds nothing.
//
// Conflict if another user has the address; KeyReused if the key was used with another input.
func (t *Table) Create(ctx context.Context, in user.Input, idem Idempotency) (Created, error) {
	return dynamo.Write(ctx, "create user", func(ctx context.Context) (Created, error) { return t.create(ctx, in, idem) })
}

func (t *Table) create(ctx context.Context, in user.Input, idem Idempotency) (Created, error) {
	id, err := t.newID()
	if err != nil {
		return Created{}, fmt.Errorf("make id: %w", err)
	}
	u := user.New(id, in)
	err = t.write(ctx, t.creation(u, in, idem)...)
	// The key's record counts first: a repeated request also meets the reservation that it made itself.
	if used := dynamo.ReasonsOf(err).ConditionFailed(recordPosition); used != nil {
		u, err = replay(used.Item, in)
		return Created{User: u, Replayed: true}, err
	}
	return Created{User: u}, err
}

// recordPosition is where creation has the record of an idempotency key.
const recordPosition = 2

// creation returns the writes of the transaction: the user, its reservation and the key's record.
func (t *Table) creation(u user.User, in user.Input, idem Idempotency) []types.TransactWriteItem {
	writes := []types.TransactWriteItem{{Put: t.putNew(toItem(u))}, {Put: t.reserve(u.ID, in.Email)}}
	if idem.Key == "" {
		return writes
	}
	return append(writes, types.TransactWriteItem{Put: idem.Record(t.name, madeBy(u.ID), in, t.now())})
}

// putNew puts an item that must not exist.
func (t *Table) putNew(it dynamo.Item) *types.Put {
	return &types.Put{TableName: &t.name, Item: it, ConditionExpression: aws.String("attribute_not_exists(id)")}
}

// reserve puts the reservation of an address for a user.
func (t *Table) reserve(id user.ID, e user.Email) *types.Put {
	reservation := madeBy(id)
	reservation[dynamo.KeyAttribute] = dynamo.Text(reservationID(e))
	return t.putNew(reservation)
}

// replay returns the user that an earlier request with the same key created. Its record and the
// input are enough to make it again.
func replay(record dynamo.Item, in user.Input) (user.User, error) {
	if err := dynamo.CheckReplay(record, in); err != nil {
		return user.User{}, err
	}
	id, err := userOf(record)
	if err != nil {
		return user.User{}, fmt.Errorf("read idempotency record: %w", err)
	}
	return user.New(id, in), nil
}
