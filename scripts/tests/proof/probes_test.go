package proof

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// probe is a call, and what it takes. None of them changes anything.
type probe struct {
	name string
	grant
	try func(context.Context, aws.Config) error
}

func (p probe) String() string { return p.name }

// onTable is a probe of the table.
func onTable(name, action string, on object, call func(context.Context, *dynamodb.Client) error) probe {
	return probe{name, grant{action, on}, func(ctx context.Context, cfg aws.Config) error {
		return call(ctx, dynamodb.NewFromConfig(cfg))
	}}
}

// transaction is a probe of a transaction with one write, which takes the right to
// that write alone.
func transaction(name, action string, write types.TransactWriteItem) probe {
	return onTable(name+" in a transaction", action, table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{write}})
		return err
	})
}

var (
	thisTable  = aws.String("users-api-local")
	otherTable = aws.String("users-api-v2")
	noItem     = itemKey("of nothing")
	// never holds for no item, so a write with it writes nothing.
	never        = aws.String("attribute_exists(id) AND attribute_not_exists(id)")
	change       = aws.String("SET age = :age")
	changeValues = map[string]types.AttributeValue{":age": &types.AttributeValueMemberN{Value: "1"}}
)

var probes = []probe{
	onTable("GetItem", "dynamodb:GetItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: thisTable, Key: noItem})
		return err
	}),
	onTable("PutItem", "dynamodb:PutItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: thisTable, Item: noItem, ConditionExpression: never})
		return err
	}),
	onTable("UpdateItem", "dynamodb:UpdateItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: thisTable, Key: noItem, UpdateExpression: change, ConditionExpression: never,
			ExpressionAttributeValues: changeValues,
		})
		return err
	}),
	onTable("DeleteItem", "dynamodb:DeleteItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: thisTable, Key: noItem, ConditionExpression: never})
		return err
	}),
	transaction("Put", "dynamodb:PutItem", types.TransactWriteItem{Put: &types.Put{TableName: thisTable, Item: noItem, ConditionExpression: never}}),
	transaction("Delete", "dynamodb:DeleteItem", types.TransactWriteItem{Delete: &types.Delete{TableName: thisTable, Key: noItem, ConditionExpression: never}}),
	transaction("Update", "dynamodb:UpdateItem", types.TransactWriteItem{Update: &types.Update{
		TableName: thisTable, Key: noItem, UpdateExpression: change, ConditionExpression: never, ExpressionAttributeValues: changeValues,
	}}),
	transaction("ConditionCheck", "dynamodb:ConditionCheckItem", types.TransactWriteItem{
		ConditionCheck: &types.ConditionCheck{TableName: thisTable, Key: noItem, ConditionExpression: never},
	}),
	onTable("TransactGetItems", "dynamodb:GetItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: thisTable, Key: noItem}}}})
		return err
	}),
	onTable("BatchGetItem", "dynamodb:BatchGetItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{*thisTable: {Keys: []map[string]types.AttributeValue{noItem}}},
		})
		return err
	}),
	onTable("BatchWriteItem", "dynamodb:BatchWriteItem", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{*thisTable: {{DeleteRequest: &types.DeleteRequest{Key: noItem}}}},
		})
		return err
	}),
	onTable("Query of the table", "dynamodb:Query", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.Query(ctx, query(nil, "id", noItem["id"]))
		return err
	}),
	onTable("Query of the index", "dynamodb:Query", index, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.Query(ctx, query(aws.String("byCreation"), "listShard", &types.AttributeValueMemberN{Value: "0"}))
		return err
	}),
	onTable("Scan of the table", "dynamodb:Scan", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.Scan(ctx, &dynamodb.ScanInput{TableName: thisTable})
		return err
	}),
	onTable("Scan of the index", "dynamodb:Scan", index, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.Scan(ctx, &dynamodb.ScanInput{TableName: thisTable, IndexName: aws.String("byCreation")})
		return err
	}),
	onTable("PartiQL", "dynamodb:PartiQLSelect", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String(`SELECT * FROM "` + *thisTable + `" WHERE id = 'of nothing'`)})
		return err
	}),
	onTable("DescribeTable", "dynamodb:DescribeTable", table, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: thisTable})
		return err
	}),
	onTable("GetItem of another version", "dynamodb:GetItem", other, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: otherTable, Key: noItem})
		return err
	}),
	onTable("DeleteItem of another version", "dynamodb:DeleteItem", other, func(ctx context.Context, c *dynamodb.Client) error {
		_, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: otherTable, Key: noItem, ConditionExpression: never})
		return err
	}),
	{"GetSecretValue", grant{"secretsmanager:GetSecretValue", other}, func(ctx context.Context, cfg aws.Config) error {
		_, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("users-api/local")})
		return err
	}},
	{"the environment of the authorizer", grant{"lambda:GetFunctionConfiguration", other}, func(ctx context.Context, cfg aws.Config) error {
		_, err := lambda.NewFromConfig(cfg).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("users-api-local-authorizer")})
		return err
	}},
	{"reading logs", grant{"logs:FilterLogEvents", other}, func(ctx context.Context, cfg aws.Config) error {
		_, err := cloudwatchlogs.NewFromConfig(cfg).FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/users-api-local-createUser")})
		return err
	}},
}

func query(index *string, hash string, value types.AttributeValue) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: thisTable, IndexName: index, KeyConditionExpression: aws.String(hash + " = :value"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":value": value},
	}
}
