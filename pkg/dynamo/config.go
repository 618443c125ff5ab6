package dynamo

import (
	"context"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

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
		Region:       r.Require("AWS_REGION", env.NotEmpty, "an AWS region, as Lambda sets it"),
		Credentials:  credentials(r),
		BaseEndpoint: endpoint(r),
		HTTPClient:   newHTTPClient(),
		Retryer:      newRetryer(),
	})
}

// credentials are fixed for the life of a function's process: Lambda starts a new process before
// they expire. A fault never quotes them.
func credentials(r *env.Reader) aws.CredentialsProvider {
	c := aws.Credentials{
		AccessKeyID:     r.Text("AWS_ACCESS_KEY_ID", ""),
		SecretAccessKey: r.Text("AWS_SECRET_ACCESS_KEY", ""),
		SessionToken:    r.Text("AWS_SESSION_TOKEN", ""),
		Source:          "Lambda environment",
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		r.Fault("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: must be set, as Lambda does from the function's role")
	}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, nil })
}

func endpoint(r *env.Reader) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"} {
		v := r.Text(name, "")
		if v == "" {
			continue
		}
		if u, err := url.Parse(v); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			r.Fault("%s=%q: must be a URL like http://127.0.0.1:8000", name, v)
		}
		return &v
	}
	return nil
}

// IsTableName reports whether DynamoDB accepts the name for a table.
func IsTableName(s string) bool { return len(s) >= 3 && len(s) <= 255 && env.IsName(s, "_.-") }
