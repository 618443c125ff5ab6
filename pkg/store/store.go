// Package store keeps users in one DynamoDB table.
//
// Three kinds of items share the table, told apart by their ids:
//
//	<uuid>               a user
//	email#<address>      a reservation: this normalised address is that user's
//	idempotency#<hash>   what a creation with an Idempotency-Key made, for a day
//
// Whatever belongs together is written in one transaction, and each write is
// conditional on what it was decided by. So the table is consistent between any
// two calls, whoever dies or races: no address has two users, no user lacks its
// reservation, no reservation lacks its user, and no write is lost.
//
// The global index byCreation holds the users alone, spread over a few shards,
// newest first. A page of it costs the same however many users there are.
//
// Errors are apperr's, each documented at its method. Beside those, every method
// answers Unavailable when the table throttles or is away, Timeout when the
// context ends first, and Internal for what should not happen.
package store

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"
)

// Table is the users' table. It is safe for concurrent use.
type Table struct {
	client *dynamodb.Client
	name   string
	now    func() time.Time
	newID  func() (uuid.UUID, error)
}

// New makes a Table of the given name. Ids come from newID, which must give
// UUIDv7s, and times from now.
func New(client *dynamodb.Client, name string, now func() time.Time, newID func() (uuid.UUID, error)) *Table {
	return &Table{client: client, name: name, now: now, newID: newID}
}
