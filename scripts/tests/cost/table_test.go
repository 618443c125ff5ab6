package cost

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
	"users-api/scripts/internal/dynamodblocal"
)

var endpoint string

var largeTable = flag.Int("users", 20_000, "how many users the larger table has, a multiple of 20")

func TestMain(m *testing.M) {
	os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
}

// table is a metered table.
type table struct {
	*store.Table
	meter
	client *dynamodb.Client // not metered
	name   string
	users  int
}

func newTable(t *testing.T, users int) *table {
	t.Helper()
	tb := &table{client: storetest.Client(endpoint), name: "cost-" + uuid.NewString()}
	require.NoError(t, usertest.CreateTable(t.Context(), tb.client, tb.name))
	metered := dynamodb.New(tb.client.Options(), func(o *dynamodb.Options) { o.HTTPClient = &tb.meter })
	tb.Table = store.New(metered, tb.name, time.Now, tb.newID)
	tb.fill(t, users)
	return tb
}

func (tb *table) newID() (user.ID, error) {
	tb.users++
	return id(tb.users - 1), nil
}

// id makes ordered ids.
func id(n int) user.ID {
	return usertest.ID(fmt.Sprintf("%08x-%04x-7000-8000-%012d", n>>16, n&0xffff, n))
}

var names = []string{
	"Bo", "Ann Lee", "Łukasz Żółw", "Maria da Silva", "Наталья Иванова", "张伟", "محمد الأحمد",
	"Jean-Baptiste Lefèvre", "Siobhán O’Connor", "Maximiliane von Hohenberg-Lichtenstein",
}

func input(name string) user.Input {
	return usertest.Input(name, fmt.Sprintf("%.9x@example.com", name))
}

// fill creates a user of each name by the store, and writes copies with other ids in batches.
func (tb *table) fill(t *testing.T, users int) {
	t.Helper()
	for _, name := range names[:min(len(names), users)] {
		require.NoError(t, errorOf(tb.Create(t.Context(), input(name), store.Idempotency{})))
	}
	items, err := storetest.Items(t.Context(), tb.client, tb.name)
	require.NoError(t, err)
	created := map[string]storetest.Item{}
	for _, item := range items {
		created[storetest.Text(item, "id")] = item
	}
	var group errgroup.Group
	group.SetLimit(4)
	for tb.users < users {
		var batch []types.WriteRequest
		for range min(25, users-tb.users) { // a batch has at most 25 writes
			item := maps.Clone(created[id(tb.users%len(names)).String()])
			item["id"] = &types.AttributeValueMemberS{Value: id(tb.users).String()}
			batch = append(batch, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
			tb.users++
		}
		group.Go(func() error {
			return errorOf(tb.client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{tb.name: batch}}))
		})
	}
	require.NoError(t, group.Wait())
}

// meter is an HTTP client of DynamoDB that counts calls, including retries, and their request units.
type meter struct {
	mu   sync.Mutex
	used units
}

// take returns what was used since the last take.
func (m *meter) take() (used units) {
	used, m.used = m.used, used
	return used
}

func (m *meter) Do(r *http.Request) (*http.Response, error) {
	request, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	// DynamoDB Local does not notice that this is not what was signed.
	request = append([]byte(`{"ReturnConsumedCapacity":"TOTAL",`), request[1:]...)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(request)), int64(len(request))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(answer))
	return res, m.count(r.Header.Get("X-Amz-Target"), request, answer)
}

// count adds the units of a call. Each item of a transaction costs two write units for each KB
// ("Capacity management for transactions" in the developer guide), and no item is larger than one.
// A user, whose id has no prefix, also costs one in the index, which has all attributes and follows
// outside of the transaction.
func (m *meter) count(target string, request, answer []byte) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.Calls++
	switch target {
	case "DynamoDB_20120810.GetItem", "DynamoDB_20120810.Query":
		var read struct {
			ConsumedCapacity struct{ CapacityUnits float64 }
		}
		err = json.Unmarshal(answer, &read)
		m.used.Reads += read.ConsumedCapacity.CapacityUnits
	case "DynamoDB_20120810.TransactWriteItems":
		var write struct {
			TransactItems []map[string]struct{ Item, Key map[string]struct{ S string } } // by kind of write
		}
		err = json.Unmarshal(request, &write)
		for _, w := range write.TransactItems {
			m.used.TableWrites += 2
			if id := w["Put"].Item["id"].S + w["Delete"].Key["id"].S; !strings.Contains(id, "#") {
				m.used.IndexWrites++
			}
		}
	default:
		err = fmt.Errorf("request units of %s are unknown: add it to meter.count", target)
	}
	return err
}
