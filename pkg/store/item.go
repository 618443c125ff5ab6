package store

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/user"
)

// item is one item of the table.
type item = map[string]types.AttributeValue

// Names of the table's key, of its index, and of the index's partition key.
const (
	keyAttribute   = "id"
	creationIndex  = "byCreation"
	shardAttribute = "listShard"
)

// listShards is how many partitions the index byCreation is spread over. An index partition accepts
// 1,000 writes a second, and ids that grow with time all go to one end of it; a page of a list
// queries every shard. Two shards bear what the writing routes let through, 500 requests a second
// each. The number may grow but never shrink: users stay in the shard that they were written to.
const listShards = 2

// userItem is a user as an item.
type userItem struct {
	ID        string `dynamodbav:"id"`
	Name      string `dynamodbav:"name"`
	Email     string `dynamodbav:"email"`
	Age       *int   `dynamodbav:"age,omitempty"`
	CreatedAt string `dynamodbav:"createdAt"`
	UpdatedAt string `dynamodbav:"updatedAt"`
	Version   int64  `dynamodbav:"version"`
	ListShard int    `dynamodbav:"listShard"`
}

func toItem(u user.User) (item, error) {
	return attributevalue.MarshalMap(userItem{
		ID: u.ID.String(), Name: u.Name, Email: u.Email, Age: u.Age, Version: u.Version,
		CreatedAt: u.CreatedAt.String(), UpdatedAt: u.UpdatedAt.String(), ListShard: shardOf(u.ID),
	})
}

// fromItem reads a user. An attribute that is missing or of the wrong type is an error that names
// it; attributevalue would read zero.
func fromItem(it item) (user.User, error) {
	a := attributes{of: it}
	u := user.User{
		ID: a.id(keyAttribute), Name: a.text("name"), Email: a.text("email"), Version: a.number("version"),
		CreatedAt: a.time("createdAt"), UpdatedAt: a.time("updatedAt"),
	}
	if _, ok := it["age"]; ok {
		age := int(a.number("age"))
		u.Age = &age
	}
	return u, a.err
}

// attributes reads attributes of an item and keeps the first error.
type attributes struct {
	of  item
	err error
}

func (a *attributes) text(name string) string {
	v, ok := a.of[name].(*types.AttributeValueMemberS)
	if !ok {
		a.fail(name, errors.New("is not a string"))
		return ""
	}
	return v.Value
}

func (a *attributes) number(name string) int64 {
	v, ok := a.of[name].(*types.AttributeValueMemberN)
	if !ok {
		a.fail(name, errors.New("is not a number"))
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	a.fail(name, err)
	return n
}

func (a *attributes) id(name string) user.ID {
	id, err := user.ParseID(a.text(name))
	if err != nil {
		a.fail(name, errors.New("is not a UUID"))
	}
	return id
}

func (a *attributes) time(name string) user.Time {
	t, err := user.ParseTime(a.text(name))
	a.fail(name, err)
	return t
}

func (a *attributes) fail(name string, err error) {
	if a.err == nil && err != nil {
		a.err = fmt.Errorf("%s: %w", name, err)
	}
}

// shardOf spreads users by the last digit of their id, which is random. It takes the digit's
// character code, by which half of the 16 digits are even.
func shardOf(id user.ID) int {
	text := id.String()
	return int(text[len(text)-1]) % listShards
}

// reservationID is the id of an address's reservation.
func reservationID(e user.Email) string { return "email#" + e.Normalized() }

func key(id string) item { return item{keyAttribute: text(id)} }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
