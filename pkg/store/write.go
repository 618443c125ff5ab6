package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// Allow says whether a write may go ahead on the version that is in the table.
type Allow func(version int64) bool

// Update replaces a user by new input. Whatever runs at the same time, it
// changes the version that allow saw and agreed to, and no other.
//
// NotFound where there is no such user, PreconditionFailed where allow says no,
// Conflict where another user has the new address.
func (t *Table) Update(ctx context.Context, id string, in user.Input, allow Allow) (user.User, error) {
	u, err := retryContended(ctx, func() (user.User, error) {
		current, err := t.getAllowed(ctx, id, allow)
		if err != nil {
			return user.User{}, err
		}
		next := current.Replace(in, t.now())
		return next, t.replace(ctx, current, next)
	})
	return u, classify(ctx, fmt.Sprintf("update user %q", id), err)
}

// Delete removes a user and frees its address. NotFound where there is no such
// user, PreconditionFailed where allow says no.
func (t *Table) Delete(ctx context.Context, id string, allow Allow) error {
	_, err := retryContended(ctx, func() (struct{}, error) {
		current, err := t.getAllowed(ctx, id, allow)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.remove(ctx, current)
	})
	return classify(ctx, fmt.Sprintf("delete user %q", id), err)
}

func (t *Table) getAllowed(ctx context.Context, id string, allow Allow) (user.User, error) {
	u, err := t.get(ctx, id)
	if err != nil {
		return user.User{}, err
	}
	if !allow(u.Version) {
		return user.User{}, apperr.Wrap(apperr.PreconditionFailed, "User has changed; get it again",
			fmt.Errorf("version is %d", u.Version))
	}
	return u, nil
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
