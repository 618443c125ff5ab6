package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// never is a condition that holds for no item, so that a write with it writes
// nothing.
const never = "attribute_exists(id) AND attribute_not_exists(id)"

// PrimePut walks the way of a transaction that puts, and writes nothing. It
// needs no other right than dynamodb:PutItem.
func (t *Table) PrimePut(ctx context.Context) error {
	return t.prime(ctx, types.TransactWriteItem{Put: &types.Put{
		TableName: &t.name, Item: key("prime"), ConditionExpression: aws.String(never),
	}})
}

// PrimeDelete walks the way of a transaction that deletes, and deletes nothing.
// It needs no other right than dynamodb:DeleteItem.
func (t *Table) PrimeDelete(ctx context.Context) error {
	return t.prime(ctx, types.TransactWriteItem{Delete: &types.Delete{
		TableName: &t.name, Key: key("prime"), ConditionExpression: aws.String(never),
	}})
}

func (t *Table) prime(ctx context.Context, write types.TransactWriteItem) error {
	_, err := t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{write},
	})
	if failed(reasons(err), 0) != nil {
		return nil // as it must
	}
	return classify(ctx, "prime", err)
}
