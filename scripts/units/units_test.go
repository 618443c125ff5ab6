package main

import (
	"users-api/pkg/testing/storetest"

	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/store"
	"users-api/pkg/user"
	"users-api/scripts/internal/capacity"
	"users-api/scripts/internal/dynamodblocal"
)

var endpoint string

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

// What each request costs in DynamoDB is a promise of the README, and is billed. A
// change of the store that makes a call more shows here.
func TestCosts(t *testing.T) {
	t.Parallel()
	costs, err := measure(t.Context(), endpoint)
	require.NoError(t, err)
	got := map[string][4]float64{}
	for _, c := range costs {
		got[c.Operation] = [4]float64{c.Calls, c.Reads, c.TableWrites, c.IndexWrites}
	}
	assert.Equal(t, map[string][4]float64{
		//                 calls, read units, write units of the table and of the index
		"get":                 {1, 1, 0, 0},
		"list, 20 users":      {2, 1.175, 0, 0},
		"list, 100 users":     {2, 5, 0, 0},
		"find by email":       {2, 2, 0, 0},
		"find by email, none": {1, 1, 0, 0},
		"create":              {1, 0, 4, 1},
		"create with a key":   {1, 0, 6, 1},
		"update":              {2, 1, 2, 1},
		"update, If-Match":    {1, 0, 2, 1},
		"update, new email":   {2, 1, 6, 1},
		"delete":              {2, 1, 4, 1},
	}, got)
}

// So the units above hold for every user, and a write costs what it costs
// whatever it writes.
func TestTheLongestUserFitsOneWriteUnit(t *testing.T) {
	t.Parallel()
	client, name := storetest.Client(endpoint), "longest"
	require.NoError(t, storetest.CreateTable(t.Context(), client, name))
	age := user.MaxAge
	label := strings.Repeat("ü", 27) // 63 bytes and a bit when it is written as DNS has it
	in := user.Input{
		Name:  strings.Repeat("𒀀", user.MaxNameLength), // 4 bytes each
		Email: strings.Repeat("a", 64) + "@" + strings.Repeat(label+".", 3) + "example",
		Age:   &age,
	}
	require.NoError(t, in.Validate())
	_, err := store.New(client, name, time.Now, uuid.NewV7).Create(t.Context(), in, store.Idempotency{Principal: strings.Repeat("p", 1000), Key: strings.Repeat("k", 200)})
	require.NoError(t, err)
	all, err := capacity.Read(t.Context(), client, name, tableKey)
	require.NoError(t, err)
	require.Len(t, all, 3)
	for id, item := range all {
		assert.LessOrEqual(t, capacity.Size(item), 1024-20, "%s, with room for a version of many digits", id)
	}
}

// Why package capacity counts write units itself. When a newer engine reports
// them right, this fails, and the engine may be believed.
func TestTheEngineIsWrongAboutTransactions(t *testing.T) {
	t.Parallel()
	client, name := storetest.Client(endpoint), "transactions"
	require.NoError(t, storetest.CreateTable(t.Context(), client, name))
	var writes []types.TransactWriteItem
	for i := range 3 {
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &name, Item: capacity.Item{
			tableKey: &types.AttributeValueMemberS{Value: fmt.Sprint(i)},
		}}})
	}
	out, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems: writes, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	require.NoError(t, err)
	assert.InDelta(t, 2, aws.ToFloat64(out.ConsumedCapacity[0].CapacityUnits), 0, "Amazon's developer guide has 6 for this example")
}

func TestOutput(t *testing.T) {
	t.Parallel()
	costs := []cost{{"get", "GET /users/{id}", 1, 0.5, 4, 1}}
	var table, object strings.Builder
	require.NoError(t, show(&table, costs))
	assert.Equal(t, "operation             route                  calls  read units  write units  of them in index\n"+
		"get                   GET /users/{id}            1         0.5            5                 1\n", table.String())
	require.NoError(t, showJSON(&object, costs))
	assert.JSONEq(t, `[{"operation": "get", "route": "GET /users/{id}", "calls": 1, "readUnits": 0.5, "tableWriteUnits": 4, "indexWriteUnits": 1}]`, object.String())
}
