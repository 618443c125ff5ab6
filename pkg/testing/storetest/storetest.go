// Package storetest supports tests that need a table: it creates one, reads it, and simulates a
// DynamoDB that fails.
package storetest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is an item of a table.
type Item = map[string]types.AttributeValue

// Items returns all items of a table.
func Items(ctx context.Context, client *dynamodb.Client, table string) ([]Item, error) {
	var items []Item
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
	}
	return items, nil
}

// Text returns an attribute that is a string; "" for any other.
func Text(it Item, attribute string) string {
	s, _ := it[attribute].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}
