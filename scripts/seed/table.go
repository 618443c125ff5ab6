package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
	"users-api/scripts/internal/account"
	"users-api/scripts/internal/fakeuser"
	"users-api/scripts/internal/localaws"
)

// table is the table that is filled.
type table struct {
	*store.Table
	label string // names it in messages
	local bool   // it is that of `make dev`
}

// openTable opens the table that TABLE_NAME names or, without it, that of `make dev`.
func openTable(ctx context.Context) (table, error) {
	if name := os.Getenv("TABLE_NAME"); name != "" {
		cfg, err := account.ShellConfig(ctx)
		return newTable(cfg, name, "table "+name+" in "+cfg.Region), err
	}
	local, err := localaws.Running(".local")
	if err != nil {
		return table{}, fmt.Errorf("TABLE_NAME is not set, and %w", err)
	}
	name := localaws.Service + "-" + localaws.Stage
	t := newTable(local.Config(), name, "table "+name+" of the local AWS")
	t.local = true
	return t, nil
}

// manyUsers is the number from which the local AWS, which reads every user for a page, is slow.
const manyUsers = 2000

// warning says what becomes slow with so many users, if anything.
func (t table) warning(users int) string {
	if !t.local || users <= manyUsers {
		return ""
	}
	return fmt.Sprintf("the local AWS reads every user for each GET /users: with more than %d, lists are slow, and `make load` gets 503 and does not reach its rate\n", manyUsers)
}

// newTable opens a table. It retries more often than a function does: no client waits, and a new
// table throttles while it scales up.
func newTable(cfg aws.Config, name, label string) table {
	cfg.RetryMaxAttempts = 8
	return table{Table: store.New(dynamodb.NewFromConfig(cfg), name, time.Now, user.NewID), label: label}
}

// ensure adds a user unless the table has its address. It reads first: that costs a
// tenth of a refused transaction.
func (t table) ensure(ctx context.Context, u fakeuser.User) (added bool, err error) {
	email, err := user.ParseEmail(u.Email)
	if err != nil {
		return false, err
	}
	found, err := t.FindByEmail(ctx, email)
	if err != nil || len(found) > 0 {
		return false, err
	}
	_, err = t.Create(ctx, user.Input{Name: u.Name, Email: email, Age: u.Age}, store.Idempotency{})
	if apperr.KindOf(err) == apperr.Conflict { // a stopped run has written it since
		return false, nil
	}
	return err == nil, err
}
