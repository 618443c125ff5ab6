// Package store keeps users in one DynamoDB table.
//
// Three kinds of items share the table, told apart by their ids:
//
//	<uuid>               a user
//	email#<address>      a reservation: this normalized address is that user's
//	idempotency#<hash>   what a creation with an Idempotency-Key made, for a day
//
// Items that belong together are written in one transaction, and each write is conditional on the
// state that it is based on. So whatever fails or runs at the same time, no address has two users,
// every user has its reservation, every reservation its user, and no write is lost. The index
// byCreation holds only the users, newest first.
//
// In addition to the errors that are documented at each method, every method returns Unavailable
// when the table throttles or cannot be reached, Timeout when the context ends first, and Internal
// for what should not happen.
package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/dynamo"
	"users-api/pkg/env"
	"users-api/pkg/user"
)

// Table is the users' table. It is safe for concurrent use.
type Table struct {
	client *dynamodb.Client
	name   string
	now    func() time.Time
	newID  func() (user.ID, error)
}

// New returns the table of the given name, with the time from now and ids from newID.
func New(client *dynamodb.Client, name string, now func() time.Time, newID func() (user.ID, error)) *Table {
	return &Table{client: client, name: name, now: now, newID: newID}
}

// FromEnv returns the table of a deployed function: TABLE_NAME, with a client as dynamo.FromEnv
// makes it. The error names every variable that is missing or wrong.
func FromEnv(lookup env.Lookup) (*Table, error) {
	r := env.New(lookup)
	name := r.Require("TABLE_NAME", dynamo.IsTableName, "the name of the users' table")
	client := dynamo.FromEnv(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	return New(client, name, time.Now, user.NewID), nil
}

// Connect opens the connection that the function's first request uses.
func (t *Table) Connect(ctx context.Context) error { return dynamo.Connect(ctx, t.client) }

// Rehearsal returns a table that uses no network: writes succeed, and reads find an item, which is
// in DynamoDB's JSON.
func (t *Table) Rehearsal(item string) *Table {
	return New(dynamo.Rehearsal(t.client, item), t.name, t.now, t.newID)
}
