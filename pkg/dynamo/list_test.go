package dynamo_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
	"users-api/pkg/dynamo"
)

// firstShardWaits answers 503 for each shard but the first, whose query waits until it is canceled.
type firstShardWaits struct{}

func (firstShardWaits) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(body), `{"N":"0"}`) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func TestListReturnsTheErrorThatCanceledTheOtherQueries(t *testing.T) {
	t.Parallel()
	client := dynamodb.New(dynamodb.Options{Region: "us-east-1", HTTPClient: firstShardWaits{}, Retryer: aws.NopRetryer{}, Credentials: aws.AnonymousCredentials{}})
	index := dynamo.Index{Table: "items", Name: "byCreation", ShardAttribute: "listShard", Shards: 2}
	_, err := dynamo.List(t.Context(), client, index, 20, "", func(dynamo.Item) (uuid.UUID, error) { return uuid.Nil, nil }, func(id uuid.UUID) uuid.UUID { return id })
	assert.Equal(t, apperr.Unavailable, apperr.KindOf(dynamo.Classify(context.Background(), "list items", err)), "%v", err)
}
