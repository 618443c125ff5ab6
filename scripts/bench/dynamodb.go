package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.yaml.in/yaml/v3"
)

// tableTimeout bounds the making of the table.
const tableTimeout = 30 * time.Second

// tableTemplate is the part of the deployment's table that matters here.
type tableTemplate struct {
	AttributeDefinitions []struct {
		AttributeName string `yaml:"AttributeName"`
		AttributeType string `yaml:"AttributeType"`
	} `yaml:"AttributeDefinitions"`
	KeySchema              []keyElement `yaml:"KeySchema"`
	GlobalSecondaryIndexes []struct {
		IndexName  string       `yaml:"IndexName"`
		KeySchema  []keyElement `yaml:"KeySchema"`
		Projection struct {
			ProjectionType string `yaml:"ProjectionType"`
		} `yaml:"Projection"`
	} `yaml:"GlobalSecondaryIndexes"`
}

type keyElement struct {
	AttributeName string `yaml:"AttributeName"`
	KeyType       string `yaml:"KeyType"`
}

// readTable reads the one table of a CloudFormation template.
func readTable(text []byte) (*dynamodb.CreateTableInput, error) {
	var file struct {
		Resources map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("template of the table: %w", err)
	}
	for name, r := range file.Resources {
		if r.Type != "AWS::DynamoDB::Table" {
			continue
		}
		var t tableTemplate
		if err := r.Properties.Decode(&t); err != nil {
			return nil, fmt.Errorf("template of the table: %s: %w", name, err)
		}
		return t.input(), nil
	}
	return nil, fmt.Errorf("template of the table: no AWS::DynamoDB::Table in it")
}

func (t tableTemplate) input() *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String(benchTable),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(t.KeySchema),
	}
	for _, a := range t.AttributeDefinitions {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(a.AttributeName), AttributeType: types.ScalarAttributeType(a.AttributeType),
		})
	}
	for _, i := range t.GlobalSecondaryIndexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(i.IndexName), KeySchema: keySchema(i.KeySchema),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(i.Projection.ProjectionType)},
		})
	}
	return in
}

func keySchema(elements []keyElement) []types.KeySchemaElement {
	var out []types.KeySchemaElement
	for _, e := range elements {
		out = append(out, types.KeySchemaElement{AttributeName: aws.String(e.AttributeName), KeyType: types.KeyType(e.KeyType)})
	}
	return out
}

// createTable makes the deployment's table in DynamoDB Local, with the region
// and the key that the functions use.
func createTable(ctx context.Context, endpoint string, template []byte) error {
	in, err := readTable(template)
	if err != nil {
		return err
	}
	lambda := lambdaEnvironment("", minMemory, endpoint)
	client := dynamodb.New(dynamodb.Options{
		Region:       benchRegion,
		BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: lambda["AWS_ACCESS_KEY_ID"], SecretAccessKey: lambda["AWS_SECRET_ACCESS_KEY"]}, nil
		}),
	})
	if _, err := client.CreateTable(ctx, in); err != nil {
		return fmt.Errorf("make the table: %w", err)
	}
	wait := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
	})
	return wait.Wait(ctx, &dynamodb.DescribeTableInput{TableName: in.TableName}, tableTimeout)
}
