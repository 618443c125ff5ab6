package dynamo

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Connect opens a connection to DynamoDB, so that a function's first call finds it open. It sends an
// unsigned GET /, which needs no permission and costs nothing.
func Connect(ctx context.Context, client *dynamodb.Client) error {
	return Classify(ctx, "connect", connect(ctx, client.Options()))
}

func connect(ctx context.Context, o dynamodb.Options) error {
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: &o.Region, Endpoint: o.BaseEndpoint,
	}.WithDefaults())
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint.URI.String(), nil)
	if err != nil {
		return err
	}
	res, err := o.HTTPClient.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body) // any answer will do
	return errors.Join(err, res.Body.Close())
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
