package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.yaml.in/yaml/v3"
)

// Client returns a client for a DynamoDB that checks no credentials.
func Client(endpoint string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

// createTimeout is generous: an engine on this machine takes milliseconds.
const createTimeout = time.Minute

// tableDefinition is the part of the deployed table that a local engine supports: its key and its
// index.
type tableDefinition struct {
	AttributeDefinitions   []types.AttributeDefinition
	KeySchema              []types.KeySchemaElement
	GlobalSecondaryIndexes []types.GlobalSecondaryIndex
}

// CreateTable creates an empty table with the definition of the deployed one, which is in a file of
// resources, and returns when it is active. An existing table of that name stays as it is.
func CreateTable(ctx context.Context, client *dynamodb.Client, name, file string) error {
	definition, err := deployedTable(file)
	if err != nil {
		return err
	}
	_, err = client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:              &name,
		BillingMode:            types.BillingModePayPerRequest,
		AttributeDefinitions:   definition.AttributeDefinitions,
		KeySchema:              definition.KeySchema,
		GlobalSecondaryIndexes: definition.GlobalSecondaryIndexes,
	})
	// The SDK repeats a call whose answer is late; the table then exists already.
	if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
		return fmt.Errorf("create table %q: %w", name, err)
	}
	return dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, createTimeout)
}

// deployedTable reads the definition from a file of the repository that this one is compiled from.
func deployedTable(file string) (definition tableDefinition, err error) {
	_, here, _, _ := runtime.Caller(0)
	source, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "..", "resources", file))
	if err != nil {
		return definition, err
	}
	var template struct {
		Resources map[string]struct {
			Properties map[string]any `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(source, &template); err != nil {
		return definition, fmt.Errorf("read resources/%s: %w", file, err)
	}
	for _, table := range template.Resources { // there is one
		properties, err := json.Marshal(table.Properties) // CloudFormation and the API use the same names
		if err != nil {
			return definition, err
		}
		if err := json.Unmarshal(properties, &definition); err != nil {
			return definition, err
		}
	}
	return definition, nil
}
