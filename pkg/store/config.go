package store

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"
)

// isTableName is DynamoDB's rule for the name of a table. A regular expression
// would take half a millisecond of every cold start to compile.
func isTableName(s string) bool {
	return len(s) >= 3 && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-')
	})
}

// FromEnv makes the Table of a deployed function from its environment:
// TABLE_NAME of ours, and Lambda's AWS_REGION, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. AWS_ENDPOINT_URL_DYNAMODB or
// AWS_ENDPOINT_URL send it to another DynamoDB. The error names every variable
// that is missing or bad.
//
// It does not use the SDK's config package, which would read files and ask
// services that a Lambda function does not have, at the cost of its start.
func FromEnv(lookup func(string) (string, bool)) (*Table, error) {
	e := env{lookup: lookup}
	name := e.must("TABLE_NAME", isTableName, "the name of the users' table")
	options := dynamodb.Options{
		Region:       e.must("AWS_REGION", notEmpty, "an AWS region, as Lambda sets it"),
		Credentials:  e.credentials(),
		BaseEndpoint: e.endpoint(),
		HTTPClient:   newHTTPClient(),
		Retryer:      newRetryer(),
	}
	if err := errors.Join(e.errs...); err != nil {
		return nil, err
	}
	return New(dynamodb.New(options), name, time.Now, uuid.NewV7), nil
}

func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) { return jitter(attempt), nil })
		o.RateLimiter = unlimited{}
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(brokenAnswer)}, o.Retryables...)
	})
}

// brokenAnswer has an answer that could not be read to its end tried again.
func brokenAnswer(err error) aws.Ternary {
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// env reads variables and gathers what is wrong with them.
type env struct {
	lookup func(string) (string, bool)
	errs   []error
}

func notEmpty(s string) bool { return s != "" }

func (e *env) get(key string) string {
	v, _ := e.lookup(key)
	return strings.TrimSpace(v)
}

func (e *env) must(key string, ok func(string) bool, what string) string {
	v := e.get(key)
	if !ok(v) {
		e.errs = append(e.errs, fmt.Errorf("%s=%q: must be %s", key, v, what))
	}
	return v
}

// credentials are fixed for the life of a function's process: Lambda starts new
// ones before they expire. Values of a secret are never put into an error.
func (e *env) credentials() aws.CredentialsProvider {
	c := aws.Credentials{
		AccessKeyID:     e.get("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: e.get("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    e.get("AWS_SESSION_TOKEN"),
		Source:          "Lambda environment",
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		e.errs = append(e.errs, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: must be set, as Lambda does from the function's role"))
	}
	return aws.CredentialsProviderFunc(staticCredentials(c))
}

func (e *env) endpoint() *string {
	for _, key := range []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"} {
		v := e.get(key)
		if v == "" {
			continue
		}
		if u, err := url.Parse(v); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			e.errs = append(e.errs, fmt.Errorf("%s=%q: must be a URL like http://127.0.0.1:8000", key, v))
		}
		return &v
	}
	return nil
}
