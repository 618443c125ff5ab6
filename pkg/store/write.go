package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// Allow says whether a write may go ahead on the version that is in the table.
type Allow func(version int64) bool

// Update replaces a user by new input. Whatever runs at the same time, it
// changes the version that allow saw and agreed to, and no other.
//
// The version that is expected, where it is not 0 and allow agrees to it, saves
// reading the user first: one call in place of two, as long as the address stays.
//
// NotFound where there is no such user, PreconditionFailed where allow says no,
// Conflict where another user has the new address.
func (t *Table) Update(ctx context.Context, id string, in user.Input, allow Allow, expected int64) (user.User, error) {
	u, err := retryContended(ctx, func() (user.User, error) {
		if expected != 0 && allow(expected) {
			return t.replaceUnread(ctx, id, in, allow, expected)
		}
		current, err := t.get(ctx, id)
		if err != nil {
			return user.User{}, err
		}
		return t.replaceAllowed(ctx, current, in, allow)
	})
	return u, classify(ctx, fmt.Sprintf("update user %q", id), err)
}

// Delete removes a user and frees its address. NotFound where there is no such
// user, PreconditionFailed where allow says no.
func (t *Table) Delete(ctx context.Context, id string, allow Allow) error {
	_, err := retryContended(ctx, func() (struct{}, error) {
		current, err := t.get(ctx, id)
		if err == nil {
			err = allow.check(current)
		}
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.remove(ctx, current)
	})
	return classify(ctx, fmt.Sprintf("delete user %q", id), err)
}

func (a Allow) check(current user.User) error {
	if a(current.Version) {
		return nil
	}
	return apperr.Wrap(apperr.PreconditionFailed, "User has changed; get it again",
		fmt.Errorf("version is %d", current.Version))
}

// asExpected holds for a user as it was taken to be without having been read.
const asExpected = versionIs + " AND email = :email AND createdAt = :createdAt AND updatedAt <= :updatedAt"

// replaceUnread writes the next version over the expected one without reading
// it. All that its reading would have told is in the write's condition. Where
// that does not hold DynamoDB says what there is instead, and the write goes on
// from there.
func (t *Table) replaceUnread(ctx context.Context, id string, in user.Input, allow Allow, expected int64) (user.User, error) {
	key, err := uuid.Parse(id)
	if err != nil {
		return user.User{}, err
	}
	current := user.New(key, in)
	current.Version = expected
	next := current.Replace(in, t.now())
	put, err := t.putOver(current, next)
	if err != nil {
		return user.User{}, err
	}
	put.ConditionExpression = aws.String(asExpected)
	for _, attribute := range []string{"email", "createdAt", "updatedAt"} {
		put.ExpressionAttributeValues[":"+attribute] = put.Item[attribute]
	}
	put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	err = t.writeUserAnd(ctx, types.TransactWriteItem{Put: put})
	unlike := failed(reasons(err), 0)
	if unlike == nil {
		return next, err
	}
	if current, err = found(unlike.Item, id); err != nil {
		return user.User{}, err
	}
	return t.replaceAllowed(ctx, current, in, allow)
}

func (t *Table) replaceAllowed(ctx context.Context, current user.User, in user.Input, allow Allow) (user.User, error) {
	if err := allow.check(current); err != nil {
		return user.User{}, err
	}
	next := current.Replace(in, t.now())
	return next, t.replace(ctx, current, next)
}

// replace writes the next version over the current one, and nothing over
// another.
func (t *Table) replace(ctx context.Context, current, next user.User) error {
	put, err := t.putOver(current, next)
	if err != nil {
		return err
	}
	before, err := reservationID(current.Email)
	if err != nil {
		return err
	}
	after, err := reservationID(next.Email)
	if err != nil {
		return err
	}
	if before == after {
		return t.writeUserAnd(ctx, types.TransactWriteItem{Put: put})
	}
	reserve, err := t.reserve(next)
	if err != nil {
		return err
	}
	return t.writeUserAnd(ctx, types.TransactWriteItem{Put: put},
		types.TransactWriteItem{Put: reserve},
		types.TransactWriteItem{Delete: t.release(before, current.ID)})
}

func (t *Table) remove(ctx context.Context, current user.User) error {
	reserved, err := reservationID(current.Email)
	if err != nil {
		return err
	}
	remove := &types.Delete{
		TableName: &t.name, Key: key(current.ID),
		ConditionExpression:       aws.String(versionIs),
		ExpressionAttributeValues: versionOf(current),
	}
	return t.writeUserAnd(ctx, types.TransactWriteItem{Delete: remove},
		types.TransactWriteItem{Delete: t.release(reserved, current.ID)})
}

// versionIs holds for the version that a write was decided by.
const versionIs = "version = :version"

func versionOf(u user.User) item { return item{":version": number(u.Version)} }

func (t *Table) putOver(current, next user.User) (*types.Put, error) {
	it, err := toItem(next)
	return &types.Put{
		TableName: &t.name, Item: it,
		ConditionExpression:       aws.String(versionIs),
		ExpressionAttributeValues: versionOf(current),
	}, err
}

// release deletes a reservation, if it is still the user's.
func (t *Table) release(id, userID string) *types.Delete {
	return &types.Delete{
		TableName: &t.name, Key: key(id),
		ConditionExpression:       aws.String("userId = :userId"),
		ExpressionAttributeValues: item{":userId": &types.AttributeValueMemberS{Value: userID}},
	}
}

// writeUserAnd writes a user and what goes with it. The reservation of a new
// address, if there is one, comes first of the rest.
//
// It is a transaction also where there is no rest: only a transaction carries a
// token by which DynamoDB knows it again when its answer got lost and the SDK
// sends it once more. A plain conditional write would then meet its own version
// and be told that somebody else was faster.
func (t *Table) writeUserAnd(ctx context.Context, userWrite types.TransactWriteItem, rest ...types.TransactWriteItem) error {
	_, err := t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: append([]types.TransactWriteItem{userWrite}, rest...),
	})
	why := reasons(err)
	switch {
	case err == nil:
		return nil
	case failed(why, 0) != nil, contended(err):
		return errAgain{err} // the user has changed, or is just changing
	case failed(why, 1) != nil && rest[0].Put != nil:
		return emailTaken(err)
	}
	return err
}
