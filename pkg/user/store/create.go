package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/apperr"
	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

// Idempotency is a client's Idempotency-Key and the principal that sent it.
type Idempotency = dynamo.Idempotency

// Positions in the transaction that creates a user.
const (
	createUser = iota
	createReservation
	createIdempotency
)

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
	writes := t.creation(u, in, idem)
	_, err = t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err == nil {
		return Created{User: u}, nil
	}
	return t.notCreated(err, in)
}

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

// notCreated finds out why a creation was canceled. It looks at the key's record first: a repeated
// request also meets the reservation that it made itself.
func (t *Table) notCreated(err error, in user.Input) (Created, error) {
	reasons := dynamo.ReasonsOf(err)
	switch {
	case reasons.ConditionFailed(createIdempotency) != nil:
		u, err := replay(reasons.ConditionFailed(createIdempotency).Item, in)
		return Created{User: u, Replayed: true}, err
	case dynamo.IsContended(err):
		return Created{}, dynamo.Contended(err)
	case reasons.ConditionFailed(createReservation) != nil:
		return Created{}, emailTaken(err)
	}
	return Created{}, err
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

func emailTaken(cause error) error {
	return apperr.Wrap(apperr.Conflict, "Email address is taken", cause)
}
