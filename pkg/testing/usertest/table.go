package usertest

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/testing/storetest"
	"users-api/pkg/user"
)

// CreateTable creates an empty table for users, as resources/users.yml defines it.
func CreateTable(ctx context.Context, client *dynamodb.Client, name string) error {
	return storetest.CreateTable(ctx, client, name, "users.yml")
}

// CheckConsistent checks the invariant of the whole table: each user has the reservation of its
// address, and there is no other reservation. It returns the number of users.
func CheckConsistent(ctx context.Context, client *dynamodb.Client, table string) (int, error) {
	items, err := storetest.Items(ctx, client, table)
	if err != nil {
		return 0, err
	}
	users, reservations := map[string]string{}, map[string]string{}
	for _, it := range items {
		id := storetest.Text(it, "id")
		switch {
		case strings.HasPrefix(id, "email#"):
			reservations[id] = storetest.Text(it, "userId")
		case !strings.HasPrefix(id, "idempotency#"):
			address, err := user.ParseEmail(storetest.Text(it, "email"))
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
