package store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Connect opens a connection to DynamoDB and asks it how it is, which it tells
// anybody who sends GET /, so that a function's first call finds the connection
// open. It needs no right and costs nothing.
func (t *Table) Connect(ctx context.Context) error {
	return classify(ctx, "connect", t.connect(ctx))
}

// ConnectShards is Connect for a list, which asks all shards at once, each over
// a connection of its own.
func (t *Table) ConnectShards(ctx context.Context) error {
	errs := make(chan error, listShards)
	for range listShards {
		go func() { errs <- t.connect(ctx) }()
	}
	var all error
	for range listShards {
		all = errors.Join(all, <-errs)
	}
	return classify(ctx, "connect", all)
}

func (t *Table) connect(ctx context.Context) error {
	o := t.client.Options()
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
	_, err = io.Copy(io.Discard, res.Body) // whatever it says
	return errors.Join(err, res.Body.Close())
}

// Rehearsal gives a table that asks no DynamoDB: it takes all writes and finds
// one user. What is called on it walks its whole way, but for the network.
func (t *Table) Rehearsal() *Table {
	options := t.client.Options()
	options.HTTPClient = rehearsal{}
	return New(dynamodb.New(options), t.name, t.now, t.newID)
}

// rehearsal answers as DynamoDB does.
type rehearsal struct{}

// rehearsedUser is an item like any other.
const rehearsedUser = `{"id":{"S":"019aab7e-1a80-7c00-8000-000000000001"},"name":{"S":"Rehearsal"},
	"email":{"S":"rehearsal@example.com"},"age":{"N":"42"},"createdAt":{"S":"2025-11-22T12:15:59.616Z"},
	"updatedAt":{"S":"2025-11-22T12:15:59.616Z"},"version":{"N":"1"},"listShard":{"N":"1"}}`

func (rehearsal) Do(r *http.Request) (*http.Response, error) {
	body := "{}"
	switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation {
	case "GetItem":
		body = `{"Item":` + rehearsedUser + `}`
	case "Query":
		body = `{"Count":1,"Items":[` + rehearsedUser + `],"ScannedCount":1}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}
