package store

import (
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

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

func toItem(u user.User) dynamo.Item {
	it, _ := attributevalue.MarshalMap(userItem{ // strings and numbers, which cannot fail
		ID: u.ID.String(), Name: u.Name, Email: u.Email, Age: u.Age, Version: u.Version,
		CreatedAt: u.CreatedAt.String(), UpdatedAt: u.UpdatedAt.String(), ListShard: creationIndex("").ShardOf(u.ID.UUID),
	})
	return it
}

func fromItem(it dynamo.Item) (user.User, error) {
	a := dynamo.Attributes{Of: it}
	u := user.User{
		ID: dynamo.Parse(&a, dynamo.KeyAttribute, user.ParseID), Name: a.Text("name"), Email: a.Text("email"), Version: a.Number("version"),
		CreatedAt: dynamo.Parse(&a, "createdAt", user.ParseTime), UpdatedAt: dynamo.Parse(&a, "updatedAt", user.ParseTime),
	}
	if _, ok := it["age"]; ok {
		u.Age = new(int(a.Number("age")))
	}
	return u, a.Err()
}

// madeBy are the attributes by which a reservation or a record refers to a user.
func madeBy(id user.ID) dynamo.Item { return dynamo.Item{"userId": dynamo.Text(id.String())} }

// userOf reads them.
func userOf(it dynamo.Item) (user.ID, error) {
	a := dynamo.Attributes{Of: it}
	return dynamo.Parse(&a, "userId", user.ParseID), a.Err()
}

// reservationID is the id of an address's reservation.
func reservationID(e user.Email) string { return "email#" + e.Normalized() }
