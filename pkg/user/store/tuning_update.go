package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

// asExpected is the condition that a user is what it was assumed to be without a read.
const asExpected = versionIs + " AND email = :email AND createdAt = :createdAt AND updatedAt <= :updatedAt"

// replaceExpected writes the next version over the expected one without reading it: one call
// instead of two, as long as the address stays the same. The condition checks what a read would
// have told us. If it does not hold, DynamoDB returns the current item to go on from.
func (t *Table) replaceExpected(ctx context.Context, id user.ID, in user.Input, pre Precondition, expected int64) (user.User, error) {
	current := user.New(id, in)
	current.Version = expected
	next := current.Replace(in, t.now())
	put := t.putOver(current, next)
	put.ConditionExpression = aws.String(asExpected)
	for _, attribute := range []string{"email", "createdAt", "updatedAt"} {
		put.ExpressionAttributeValues[":"+attribute] = put.Item[attribute]
	}
	put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	err := t.write(ctx, types.TransactWriteItem{Put: put})
	unexpected := dynamo.ReasonsOf(err).ConditionFailed(0)
	if unexpected == nil {
		return next, err
	}
	if current, err = found(unexpected.Item, id); err != nil {
		return user.User{}, err
	}
	return t.replace(ctx, current, in, pre)
}
