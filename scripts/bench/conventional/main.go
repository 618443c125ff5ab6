// Command conventional is the benchmark's upper yardstick: it gets one item the way
// public examples do, with the SDK's config package, the client made once in main, and
// nothing primed. Do not tune it: figures are compared with it.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type user struct {
	ID        string `dynamodbav:"id"        json:"id"`
	Name      string `dynamodbav:"name"      json:"name"`
	Email     string `dynamodbav:"email"     json:"email"`
	Age       int    `dynamodbav:"age"       json:"age,omitempty"`
	CreatedAt string `dynamodbav:"createdAt" json:"createdAt"`
	UpdatedAt string `dynamodbav:"updatedAt" json:"updatedAt"`
}

type app struct {
	client *dynamodb.Client
	table  string
}

func (a *app) handle(ctx context.Context, req events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	out, err := a.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(a.table),
		Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: req.PathParameters["id"]}},
	})
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	if out.Item == nil {
		return events.APIGatewayProxyResponse{StatusCode: http.StatusNotFound}, nil
	}
	var u user
	if err := attributevalue.UnmarshalMap(out.Item, &u); err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	body, err := json.Marshal(u)
	if err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	return events.APIGatewayProxyResponse{
		StatusCode: http.StatusOK,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       string(body),
	}, nil
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	a := &app{client: dynamodb.NewFromConfig(cfg), table: os.Getenv("TABLE_NAME")}
	lambda.Start(a.handle)
}
