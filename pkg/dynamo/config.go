package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/amazon"
	"users-api/pkg/env"
)

// FromEnv returns the client of a deployed function, see amazon.Config.
//
// It does not use the SDK's config package, which reads files and asks services that a Lambda
// function does not have, and doubles the time of a start.
func FromEnv(r *env.Reader) *dynamodb.Client {
	c := amazon.Config(r, "DYNAMODB")
	return dynamodb.New(dynamodb.Options{
		Region: c.Region, Credentials: c.Credentials, BaseEndpoint: c.BaseEndpoint, HTTPClient: lossRecorder{c.HTTPClient}, Retryer: newRetryer(),
	})
}

// IsTableName reports whether DynamoDB accepts the name for a table.
func IsTableName(s string) bool { return len(s) >= 3 && len(s) <= 255 && env.IsName(s, "_.-") }
