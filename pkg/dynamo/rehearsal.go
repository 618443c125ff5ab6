package dynamo

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/amazon"
)

// Connect opens a connection to DynamoDB, so that a function's first call finds it open.
func Connect(ctx context.Context, client *dynamodb.Client) error {
	o := client.Options()
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: &o.Region, Endpoint: o.BaseEndpoint,
	}.WithDefaults())
	if err == nil {
		err = amazon.Open(ctx, o.HTTPClient, endpoint.URI.String())
	}
	return Classify(ctx, "connect", err)
}

// Rehearsal returns a client that sends nothing: every write succeeds, and every read finds the
// item, which is in DynamoDB's JSON; "" is none. A call runs all of its code but for the network.
func Rehearsal(client *dynamodb.Client, item string) *dynamodb.Client {
	options := client.Options()
	options.HTTPClient = rehearsal{item}
	return dynamodb.New(options)
}

// rehearsal answers as DynamoDB does.
type rehearsal struct{ item string }

func (r rehearsal) Do(req *http.Request) (*http.Response, error) {
	body := "{}"
	switch _, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), "."); {
	case r.item == "": // nothing is found
	case operation == "GetItem":
		body = `{"Item":` + r.item + `}`
	case operation == "Query":
		body = `{"Count":1,"Items":[` + r.item + `],"ScannedCount":1}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}
