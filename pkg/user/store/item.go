package store

import (
	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

func toItem(u user.User) dynamo.Item {
	it := dynamo.Item{
		dynamo.KeyAttribute: dynamo.Text(u.ID.String()),
		"name":              dynamo.Text(u.Name),
		"email":             dynamo.Text(u.Email),
		"createdAt":         dynamo.Text(u.CreatedAt.String()),
		"updatedAt":         dynamo.Text(u.UpdatedAt.String()),
		"version":           dynamo.Number(u.Version),
		"listShard":         dynamo.Number(int64(creationIndex("").ShardOf(u.ID.UUID))),
	}
	if u.Age != nil {
		it["age"] = dynamo.Number(int64(*u.Age))
	}
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
