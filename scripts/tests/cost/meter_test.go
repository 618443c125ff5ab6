package cost

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// units are what an operation costs.
type units struct {
	calls                           int
	reads, tableWrites, indexWrites float64
}

// meter is an HTTP client of DynamoDB that counts calls, also those that are sent
// again, and their request units.
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

// count adds the units of a call. Each item of a transaction costs two write units for
// each KB ("Capacity management for transactions" in the developer guide), and no item
// is larger than one. A user, whose id has no prefix, also costs one in the index, which
// has all attributes and follows outside of the transaction.
func (m *meter) count(target string, request, answer []byte) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.calls++
	switch target {
	case "DynamoDB_20120810.GetItem", "DynamoDB_20120810.Query":
		var read struct {
			ConsumedCapacity struct{ CapacityUnits float64 }
		}
		err = json.Unmarshal(answer, &read)
		m.used.reads += read.ConsumedCapacity.CapacityUnits
	case "DynamoDB_20120810.TransactWriteItems":
		var write struct {
			TransactItems []map[string]struct{ Item, Key map[string]struct{ S string } } // by kind of write
		}
		err = json.Unmarshal(request, &write)
		for _, w := range write.TransactItems {
			m.used.tableWrites += 2
			if id := w["Put"].Item["id"].S + w["Delete"].Key["id"].S; !strings.Contains(id, "#") {
				m.used.indexWrites++
			}
		}
	default:
		err = fmt.Errorf("teach scripts/tests/cost what %s costs", target)
	}
	return err
}
