package capacity

import (
	"users-api/pkg/testing/storetest"

	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

func TestSize(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		item Item
		want int
	}{
		{"nothing", nil, 0},
		{"a text", Item{"id": text("abc")}, 5},
		{"letters outside of ASCII count their bytes", Item{"id": text("äöü")}, 8},
		{"a digit", Item{"n": number("7")}, 3},
		{"two digits are as long as one", Item{"n": number("42")}, 3},
		{"three are not", Item{"n": number("123")}, 4},
		{"zeros at the end do not count", Item{"n": number("1000")}, 3},
		{"several", Item{"id": text("abc"), "version": number("1")}, 5 + 9},
	} {
		assert.Equal(t, tt.want, Size(tt.item), tt.name)
	}
}

func TestWritten(t *testing.T) {
	t.Parallel()
	user := Item{"id": text("1"), "listShard": number("3")}
	renamed := Item{"id": text("1"), "name": text("x"), "listShard": number("3")}
	long := Item{"id": text("1"), "name": text(strings.Repeat("x", 1500)), "listShard": number("3")}
	mail := Item{"id": text("email#a")}
	for _, tt := range []struct {
		name          string
		before, after Snapshot
		want          WriteUnits
	}{
		{"nothing", Snapshot{"1": user}, Snapshot{"1": user}, WriteUnits{}},
		{"create", nil, Snapshot{"1": user, "email#a": mail}, WriteUnits{Table: 4, Index: 1}},
		{"update", Snapshot{"1": user, "email#a": mail}, Snapshot{"1": renamed, "email#a": mail}, WriteUnits{Table: 2, Index: 1}},
		{"delete", Snapshot{"1": user, "email#a": mail}, nil, WriteUnits{Table: 4, Index: 1}},
		{"an item that gets longer", Snapshot{"1": user}, Snapshot{"1": long}, WriteUnits{Table: 4, Index: 2}},
		{"one that gets shorter", Snapshot{"1": long}, Snapshot{"1": user}, WriteUnits{Table: 4, Index: 2}},
		{"one that is in no index", nil, Snapshot{"email#a": mail}, WriteUnits{Table: 2}},
	} {
		assert.Equal(t, tt.want, Written(tt.before, tt.after, "listShard"), tt.name)
	}
}

// A call that is sent again is two calls, of which one consumes.
func TestCallsThatAreSentAgainCount(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = w.Write([]byte(`{"ConsumedCapacity":{"CapacityUnits":0.5}}`))
	}))
	t.Cleanup(server.Close)
	var meter Meter
	client := dynamodb.New(storetest.Client(server.URL).Options(), meter.Attach)
	input := &dynamodb.GetItemInput{TableName: aws.String("users"), Key: Item{"id": text("1")}}
	_, err := client.GetItem(t.Context(), input)
	require.NoError(t, err)
	assert.Equal(t, Usage{Calls: 2, Read: 0.5}, meter.Take())
	assert.Equal(t, Usage{}, meter.Take(), "it begins anew")
	assert.Empty(t, input.ReturnConsumedCapacity, "the caller's input stays as it is")
}

func TestUnknownCallsAreRefused(t *testing.T) {
	t.Parallel()
	var meter Meter
	client := dynamodb.New(storetest.Client("http://127.0.0.1:1").Options(), meter.Attach)
	_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	assert.ErrorContains(t, err, "scripts/capacity does not know what *dynamodb.ListTablesInput consumes")
}
