// Package storetest supports tests that need the users' table: it creates one, checks that it is
// consistent, and simulates a DynamoDB that fails.
package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/user"
)

// Item is an item of the table.
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

// CheckConsistent checks the invariant of the whole table: each user has the reservation of its
// address, and there is no other reservation. It returns the number of users.
func CheckConsistent(ctx context.Context, client *dynamodb.Client, table string) (int, error) {
	items, err := Items(ctx, client, table)
	if err != nil {
		return 0, err
	}
	users, reservations := map[string]string{}, map[string]string{}
	for _, it := range items {
		id := Text(it, "id")
		switch {
		case strings.HasPrefix(id, "email#"):
			reservations[id] = Text(it, "userId")
		case !strings.HasPrefix(id, "idempotency#"):
			address, err := user.ParseEmail(Text(it, "email"))
			if err != nil {
				return 0, fmt.Errorf("user %s: %w", id, err)
			}
			users["email#"+address.Normalized()] = id
		}
	}
	if !reflect.DeepEqual(users, reservations) {
		return 0, fmt.Errorf("addresses by users are %v, and by reservations %v", users, reservations)
	}
	return len(users), nil
}
