package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/amazon"
	"users-api/pkg/env"
)

// FromEnv returns the client of a deployed function, configured by the variables that Lambda sets:
// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
// AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL name another endpoint. It records every variable
// that is missing or wrong as a fault of the reader, and the client is of no use then.
//
// It does not use the SDK's config package, which reads files and asks services that a Lambda
// function does not have, and doubles the time of a start.
func FromEnv(r *env.Reader) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       amazon.Region(r),
		Credentials:  amazon.Credentials(r),
		BaseEndpoint: amazon.Endpoint(r, "DYNAMODB"),
		HTTPClient:   amazon.NewHTTPClient(),
		Retryer:      newRetryer(),
	})
}

// IsTableName reports whether DynamoDB accepts the name for a table.
func IsTableName(s string) bool { return len(s) >= 3 && len(s) <= 255 && env.IsName(s, "_.-") }
