package main

import (
	"users-api/pkg/testing/storetest"

	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/scripts/internal/dynamodblocal"
)

func (b *bench) startTable(ctx context.Context) error {
	var err error
	if b.db, err = dynamodblocal.StartToMeasure(ctx); err != nil {
		return err
	}
	return storetest.CreateTable(ctx, storetest.Client(b.db.Endpoint()), benchTable)
}

// warmUpCalls of each kind take the engine from 3 ms a call to 0.4: a Java
// program compiles itself while it runs. DynamoDB is never that cold.
const warmUpCalls = 3000

// warmUp has the engine serve what the functions will ask.
func (b *bench) warmUp(ctx context.Context) error {
	client := storetest.Client(b.db.Endpoint())
	key := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "warm-up"}}
	calls := []func() error{
		func() error {
			_, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(benchTable), Key: key, ConsistentRead: aws.Bool(true)})
			return err
		},
		func() error {
			_, err := client.Query(ctx, &dynamodb.QueryInput{
				TableName: aws.String(benchTable), IndexName: aws.String("byCreation"), Limit: aws.Int32(20),
				KeyConditionExpression:    aws.String("listShard = :shard"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":shard": &types.AttributeValueMemberN{Value: "0"}},
			})
			return err
		},
		func() error {
			_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
				{Put: &types.Put{TableName: aws.String(benchTable), Item: key}},
			}})
			return err
		},
	}
	for range warmUpCalls {
		for _, call := range calls {
			if err := call(); err != nil {
				return fmt.Errorf("warm up the table: %w", err)
			}
		}
	}
	_, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(benchTable), Key: key})
	return err
}
