package store

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/apperr"
	"users-api/pkg/dynamo"
	"users-api/pkg/user"
)

// Get returns the user with an id. The read is consistent, so a client finds what it has just
// written. NotFound if there is none.
func (t *Table) Get(ctx context.Context, id user.ID) (user.User, error) {
	u, err := t.get(ctx, id)
	return u, dynamo.Classify(ctx, fmt.Sprintf("get user %q", id), err)
}

func (t *Table) get(ctx context.Context, id user.ID) (user.User, error) {
	it, err := t.getItem(ctx, id.String())
	if err != nil {
		return user.User{}, err
	}
	return found(it, id)
}

// found returns the user of an item; NotFound if there is no item.
func found(it dynamo.Item, id user.ID) (user.User, error) {
	if it == nil {
		return user.User{}, apperr.Wrap(apperr.NotFound, "Not found", fmt.Errorf("no user %q", id))
	}
	return fromItem(it)
}

// getItem returns an item; nil if there is none.
func (t *Table) getItem(ctx context.Context, id string) (dynamo.Item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &t.name,
		Key:            dynamo.Key(id),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// FindByEmail returns the user that has an address, or none.
func (t *Table) FindByEmail(ctx context.Context, e user.Email) ([]user.User, error) {
	users, err := dynamo.Retry(ctx, func() ([]user.User, error) { return t.findReserved(ctx, e) })
	return users, dynamo.Classify(ctx, "find user by email", err)
}

// findReserved reads the reservation and then its user. The address may move to another user in
// between, so it compares what it found with what was asked for. A reservation that stays is one of
// an earlier release, which normalized another address to this one.
func (t *Table) findReserved(ctx context.Context, e user.Email) ([]user.User, error) {
	it, err := t.getItem(ctx, reservationID(e))
	if err != nil || it == nil {
		return nil, err
	}
	id, err := userOf(it)
	if err != nil {
		return nil, fmt.Errorf("read reservation: %w", err)
	}
	u, err := t.get(ctx, id)
	if apperr.KindOf(err) == apperr.NotFound {
		return nil, nil // deleted between the two reads
	}
	if err != nil {
		return nil, err
	}
	if has, _ := user.ParseEmail(u.Email); has.Normalized() != e.Normalized() {
		if again, err := t.getItem(ctx, reservationID(e)); err != nil || reflect.DeepEqual(again, it) {
			return nil, err
		}
		return nil, dynamo.Contended(fmt.Errorf("user %q has another address", id))
	}
	return []user.User{u}, nil
}
