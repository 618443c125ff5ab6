package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// Positions in the transaction that creates a user.
const (
	createUser = iota
	createReservation
	createIdempotency
)

// Create adds a user. With an idempotency key, the same input again within a
// day gives the same user again, as it was created, and adds nothing.
//
// Conflict where another user has the address; KeyReused where the key was used
// with another input.
func (t *Table) Create(ctx context.Context, in user.Input, idem Idempotency) (user.User, error) {
	u, err := retryContended(ctx, func() (user.User, error) { return t.create(ctx, in, idem) })
	return u, classify(ctx, "create user", err)
}

func (t *Table) create(ctx context.Context, in user.Input, idem Idempotency) (user.User, error) {
	id, err := t.newID()
	if err != nil {
		return user.User{}, fmt.Errorf("make id: %w", err)
	}
	u := user.New(id, in)
	writes, err := t.creation(u, in, idem)
	if err != nil {
		return user.User{}, err
	}
	_, err = t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err == nil {
		return u, nil
	}
	return t.notCreated(err, in)
}

// creation is the transaction: user, reservation and, if asked for, the record
// of the key.
func (t *Table) creation(u user.User, in user.Input, idem Idempotency) ([]types.TransactWriteItem, error) {
	userWrite, err := toItem(u)
	if err != nil {
		return nil, err
	}
	reservationWrite, err := t.reserve(u)
	if err != nil {
		return nil, err
	}
	writes := []types.TransactWriteItem{{Put: t.putNew(userWrite)}, {Put: reservationWrite}}
	if idem.Key == "" {
		return writes, nil
	}
	record, err := t.remember(u.ID, in, idem)
	return append(writes, types.TransactWriteItem{Put: record}), err
}

// putNew puts an item that must not exist.
func (t *Table) putNew(it item) *types.Put {
	return &types.Put{TableName: &t.name, Item: it, ConditionExpression: aws.String("attribute_not_exists(id)")}
}

func (t *Table) reserve(u user.User) (*types.Put, error) {
	id, err := reservationID(u.Email)
	if err != nil {
		return nil, err
	}
	it, err := attributevalue.MarshalMap(reservation{ID: id, UserID: u.ID})
	return t.putNew(it), err
}

// remember puts the record of a key. TTL deletes late, so a record that has
// expired counts as gone.
func (t *Table) remember(userID string, in user.Input, idem Idempotency) (*types.Put, error) {
	now := t.now()
	record, err := idem.record(userID, in, now)
	if err != nil {
		return nil, err
	}
	it, err := attributevalue.MarshalMap(record)
	put := t.putNew(it)
	put.ConditionExpression = aws.String("attribute_not_exists(id) OR expiresAt <= :now")
	put.ExpressionAttributeValues = item{":now": number(now.Unix())}
	put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	return put, err
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// notCreated finds out why a creation was cancelled. The key's record comes
// first: a request that is sent again also meets the reservation that it made.
func (t *Table) notCreated(err error, in user.Input) (user.User, error) {
	why := reasons(err)
	switch {
	case failed(why, createIdempotency) != nil:
		return replay(failed(why, createIdempotency).Item, in)
	case contended(err):
		return user.User{}, errAgain{err}
	case failed(why, createReservation) != nil:
		return user.User{}, emailTaken(err)
	}
	return user.User{}, err
}

func emailTaken(cause error) error {
	return apperr.Wrap(apperr.Conflict, "Email address is taken", cause)
}

// replay tells a creation again from its record and its input, which are all
// that went into it.
func replay(it item, in user.Input) (user.User, error) {
	var record idempotencyRecord
	if err := attributevalue.UnmarshalMap(it, &record); err != nil {
		return user.User{}, fmt.Errorf("read idempotency record: %w", err)
	}
	same, err := fingerprint(in)
	if err != nil {
		return user.User{}, err
	}
	if record.Fingerprint != same {
		return user.User{}, apperr.New(apperr.KeyReused, "Idempotency-Key was used with another request")
	}
	id, err := uuid.Parse(record.UserID)
	if err != nil {
		return user.User{}, fmt.Errorf("read idempotency record: %w", err)
	}
	return user.New(id, in), nil
}
