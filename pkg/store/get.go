package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// Get gives the user with an id, as of now: the read is consistent, so a client
// finds what it has just written. The id must have been checked by user.ParseID;
// others could name items that are no users. NotFound where there is none.
func (t *Table) Get(ctx context.Context, id string) (user.User, error) {
	u, err := t.get(ctx, id)
	return u, classify(ctx, fmt.Sprintf("get user %q", id), err)
}

func (t *Table) get(ctx context.Context, id string) (user.User, error) {
	it, err := t.getItem(ctx, id)
	if err != nil {
		return user.User{}, err
	}
	return found(it, id)
}

// found gives the user of an item; NotFound where there is none.
func found(it item, id string) (user.User, error) {
	if it == nil {
		return user.User{}, apperr.Wrap(apperr.NotFound, "Not found", fmt.Errorf("no user %q", id))
	}
	return fromItem(it)
}

// getItem gives an item; nil where there is none.
func (t *Table) getItem(ctx context.Context, id string) (item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &t.name,
		Key:            key(id),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// FindByEmail gives the user that has an address, or none. Invalid where the
// address is none.
func (t *Table) FindByEmail(ctx context.Context, email string) ([]user.User, error) {
	id, err := reservationID(email)
	if err != nil {
		return nil, apperr.New(apperr.Invalid, "Validation failed", apperr.Detail{Field: "email", Message: err.Error()})
	}
	users, err := t.findReserved(ctx, id)
	return users, classify(ctx, "find user by email", err)
}

func (t *Table) findReserved(ctx context.Context, reservationID string) ([]user.User, error) {
	it, err := t.getItem(ctx, reservationID)
	if err != nil || it == nil {
		return nil, err
	}
	var r reservation
	if err := attributevalue.UnmarshalMap(it, &r); err != nil {
		return nil, err
	}
	u, err := t.get(ctx, r.UserID)
	if apperr.KindOf(err) == apperr.NotFound && err != nil {
		return nil, nil // deleted between the two reads
	}
	if err != nil {
		return nil, err
	}
	return []user.User{u}, nil
}
