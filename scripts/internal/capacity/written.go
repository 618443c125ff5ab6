package capacity

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is one item of a table.
type Item = map[string]types.AttributeValue

// Snapshot is a table as it was at one time: its items by their key.
type Snapshot map[string]Item

// Read reads a whole table of which key is the key.
func Read(ctx context.Context, client *dynamodb.Client, table, key string) (Snapshot, error) {
	all := Snapshot{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("scan table %q: %w", table, err)
		}
		for _, item := range page.Items {
			id, ok := item[key].(*types.AttributeValueMemberS)
			if !ok {
				return nil, fmt.Errorf("an item of table %q has no text %q", table, key)
			}
			all[id.Value] = item
		}
	}
	return all, nil
}

// WriteUnits are units of writing, which Amazon bills for table and index alike.
type WriteUnits struct{ Table, Index float64 }

// Written counts the units of the transaction that made one snapshot of the
// other. indexKey is the attribute whose bearers stand in the one index.
//
// The rules are Amazon's: an item costs a unit for each 1 KB of the larger of what
// it was and what it is, double in a transaction ("Capacity management for
// transactions" in the developer guide); an index that has all attributes costs
// as much again, and follows the transaction outside of it, so not double.
func Written(before, after Snapshot, indexKey string) WriteUnits {
	ids := Snapshot{}
	maps.Copy(ids, before)
	maps.Copy(ids, after)
	var units WriteUnits
	for id := range ids {
		was, is := before[id], after[id]
		if reflect.DeepEqual(was, is) {
			continue
		}
		cost := float64(max(kilobytes(was), kilobytes(is)))
		units.Table += 2 * cost
		if was[indexKey] != nil || is[indexKey] != nil {
			units.Index += cost
		}
	}
	return units
}

const kilobyte = 1024

func kilobytes(item Item) int { return (Size(item) + kilobyte - 1) / kilobyte }

// Size is how many bytes an item counts ("DynamoDB item sizes and formats" in the
// developer guide), for items of texts and numbers.
func Size(item Item) int {
	size := 0
	for name, value := range item {
		size += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			size += len(v.Value)
		case *types.AttributeValueMemberN:
			digits := len(strings.Trim(v.Value, "-.0"))
			size += (digits+1)/2 + 1
		default:
			panic(fmt.Sprintf("scripts/capacity does not know the size of %T: teach it", value))
		}
	}
	return size
}
