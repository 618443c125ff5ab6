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

// Precondition is what a write requires of the version that it replaces.
type Precondition = dynamo.Precondition

// Update replaces a user by new input. Whatever runs at the same time, it replaces only a version
// that the precondition allows.
//
// NotFound if there is no such user, PreconditionFailed if the precondition does not allow the
// current version, Conflict if another user has the new address.
func (t *Table) Update(ctx context.Context, id user.ID, in user.Input, pre Precondition) (user.User, error) {
	return dynamo.Write(ctx, fmt.Sprintf("update user %q", id), func(ctx context.Context) (user.User, error) {
		if expected := pre.Expected(); expected != 0 && pre.Allows(expected) {
			return t.replaceExpected(ctx, id, in, pre, expected)
		}
		current, err := t.get(ctx, id)
		if err != nil {
			return user.User{}, err
		}
		return t.replace(ctx, current, in, pre)
	})
}

// replace writes the next version over the current one, and over no other, if the precondition
// allows it.
func (t *Table) replace(ctx context.Context, current user.User, in user.Input, pre Precondition) (user.User, error) {
	if err := dynamo.CheckVersion(pre, current.Version, "User"); err != nil {
		return user.User{}, err
	}
	next := current.Replace(in, t.now())
	writes := []types.TransactWriteItem{{Put: t.putOver(current, next)}}
	before, err := user.ParseEmail(current.Email)
	if err != nil || before.Normalized() != in.Email.Normalized() {
		writes = append(writes, types.TransactWriteItem{Put: t.reserve(next.ID, in.Email)})
		writes = append(writes, t.release(current)...)
	}
	return next, t.write(ctx, writes...)
}

// versionIs is the condition that a user has the version that a write is based on.
const versionIs = "version = :version"

func (t *Table) putOver(current, next user.User) *types.Put {
	return &types.Put{
		TableName: &t.name, Item: toItem(next),
		ConditionExpression:       aws.String(versionIs),
		ExpressionAttributeValues: dynamo.Item{":version": dynamo.Number(current.Version)},
	}
}

// release deletes the reservation of a user's address. An earlier release may have accepted an
// address that is refused now, or normalized it otherwise. Its reservation is then left, since its id
// is not known: an address that now has that normal form stays taken.
func (t *Table) release(u user.User) []types.TransactWriteItem {
	address, err := user.ParseEmail(u.Email)
	if err != nil {
		return nil
	}
	return []types.TransactWriteItem{{Delete: &types.Delete{
		TableName: &t.name, Key: dynamo.Key(reservationID(address)),
		ConditionExpression:       aws.String("attribute_not_exists(id) OR userId = :userId"),
		ExpressionAttributeValues: dynamo.Item{":userId": dynamo.Text(u.ID.String())},
	}}}
}

// write writes a user and what belongs to it in one transaction. The user is the first of the
// writes, and the reservation of a new address, if there is one, the second.
//
// It is a transaction even for the user alone: only a transaction carries a token by which DynamoDB
// recognizes a call that the SDK repeats because the answer was lost. A plain conditional write
// would then meet its own version, and fail as if another client had been faster.
func (t *Table) write(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	reasons := dynamo.ReasonsOf(err)
	switch {
	case err == nil:
		return nil
	case reasons.ConditionFailed(0) != nil, dynamo.IsContended(err):
		return dynamo.Contended(err) // the user has changed, or is being changed
	case reasons.ConditionFailed(1) != nil && writes[1].Put != nil:
		return apperr.Wrap(apperr.Conflict, "Email address is taken", err)
	}
	return err
}

// Delete removes a user and frees its address. NotFound if there is no such user,
// PreconditionFailed if the precondition does not allow the current version.
func (t *Table) Delete(ctx context.Context, id user.ID, pre Precondition) error {
	_, err := dynamo.Write(ctx, fmt.Sprintf("delete user %q", id), func(ctx context.Context) (struct{}, error) {
		current, err := t.get(ctx, id)
		if err == nil {
			err = dynamo.CheckVersion(pre, current.Version, "User")
		}
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.remove(ctx, current)
	})
	return err
}

func (t *Table) remove(ctx context.Context, current user.User) error {
	remove := &types.Delete{
		TableName: &t.name, Key: dynamo.Key(current.ID.String()),
		ConditionExpression:       aws.String(versionIs),
		ExpressionAttributeValues: dynamo.Item{":version": dynamo.Number(current.Version)},
	}
	return t.write(ctx, append([]types.TransactWriteItem{{Delete: remove}}, t.release(current)...)...)
}
