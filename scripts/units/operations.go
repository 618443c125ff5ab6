package main

import (
	"users-api/pkg/testing/storetest"

	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"

	"users-api/pkg/store"
	"users-api/pkg/user"
	"users-api/scripts/internal/capacity"
	"users-api/scripts/internal/people"
)

// Names of the table's key and of what has an item in the index, as in
// resources/table.yml.
const tableKey, indexKey = "id", "listShard"

// seeded is how many users there are beside the one that an operation is about:
// more than the pages that are read need in any shard.
const seeded = 1000

// cost is what one operation of the store takes, in the mean.
type cost struct {
	Operation   string  `json:"operation"`
	Route       string  `json:"route"`
	Calls       float64 `json:"calls"`
	Reads       float64 `json:"readUnits"`
	TableWrites float64 `json:"tableWriteUnits"`
	IndexWrites float64 `json:"indexWriteUnits"`
}

// bench runs operations on a table of its own.
type bench struct {
	table  *store.Table // metered
	client *dynamodb.Client
	name   string
	meter  capacity.Meter
	ann    user.User // whom operations are about
	ids    int       // how many were made
}

// newID makes ids that are the same in every run, so that a page holds the same
// users, and costs the same.
func (b *bench) newID() (uuid.UUID, error) {
	b.ids++
	return uuid.Parse(fmt.Sprintf("%08x-0000-7000-8000-%012x", b.ids, b.ids))
}

// operation is one that a request causes. Those that fail are left out: what a
// cancelled transaction costs, DynamoDB does not report.
type operation struct {
	name, route string
	times       int // how often it is run, for a mean
	run         func(context.Context, *bench) error
}

func operations() []operation {
	return []operation{
		{"get", "GET /users/{id}", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.Get(ctx, b.ann.ID)
			return err
		}},
		{"list, 20 users", "GET /users", 20, listing(20)},
		{"list, 100 users", "GET /users?limit=100", 5, listing(100)},
		{"find by email", "GET /users?email=", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.FindByEmail(ctx, b.ann.Email)
			return err
		}},
		{"find by email, none", "GET /users?email=", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.FindByEmail(ctx, "nobody@example.com")
			return err
		}},
		{"create", "POST /users", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.Create(ctx, user.Input{Name: "Bea", Email: "bea@example.com"}, store.Idempotency{})
			return err
		}},
		{"create with a key", "POST /users", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.Create(ctx, user.Input{Name: "Cid", Email: "cid@example.com"}, store.Idempotency{Principal: "jwt:me", Key: "k"})
			return err
		}},
		{"update", "PUT /users/{id}", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.Update(ctx, b.ann.ID, user.Input{Name: "Ann Lee", Email: b.ann.Email}, always, 0)
			return err
		}},
		{"update, If-Match", "PUT /users/{id}", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.Update(ctx, b.ann.ID, user.Input{Name: "Ann Li", Email: b.ann.Email}, always, 2)
			return err
		}},
		{"update, new email", "PUT /users/{id}", 1, func(ctx context.Context, b *bench) error {
			_, err := b.table.Update(ctx, b.ann.ID, user.Input{Name: "Ann Lee", Email: "lee@example.com"}, always, 0)
			return err
		}},
		{"delete", "DELETE /users/{id}", 1, func(ctx context.Context, b *bench) error {
			return b.table.Delete(ctx, b.ann.ID, always)
		}},
	}
}

// listing reads the next page of a list: what a page costs differs a little with
// the users that are on it.
func listing(limit int) func(context.Context, *bench) error {
	cursor := ""
	return func(ctx context.Context, b *bench) error {
		page, err := b.table.List(ctx, limit, cursor)
		cursor = page.Next
		return err
	}
}

func always(int64) bool { return true }

// measure runs every operation once, in order, on a fresh table of the given
// DynamoDB Local.
func measure(ctx context.Context, endpoint string) ([]cost, error) {
	b, err := newBench(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	var costs []cost
	for _, o := range operations() {
		c, err := b.measure(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.name, err)
		}
		costs = append(costs, c)
	}
	return costs, nil
}

func newBench(ctx context.Context, endpoint string) (*bench, error) {
	b := &bench{client: storetest.Client(endpoint), name: "units-" + uuid.NewString()}
	if err := storetest.CreateTable(ctx, b.client, b.name); err != nil {
		return nil, err
	}
	b.table = store.New(dynamodb.New(b.client.Options(), b.meter.Attach), b.name, time.Now, b.newID)
	var err error
	for i := range seeded {
		if _, err = b.table.Create(ctx, user.Input(people.At(0, i)), store.Idempotency{}); err != nil {
			return nil, err
		}
	}
	b.ann, err = b.table.Create(ctx, user.Input{Name: "Ann", Email: "ann@example.com"}, store.Idempotency{})
	return b, err
}

func (b *bench) measure(ctx context.Context, o operation) (cost, error) {
	before, err := capacity.Read(ctx, b.client, b.name, tableKey)
	if err != nil {
		return cost{}, err
	}
	b.meter.Take()
	for range o.times {
		if err := o.run(ctx, b); err != nil {
			return cost{}, err
		}
	}
	usage := b.meter.Take()
	after, err := capacity.Read(ctx, b.client, b.name, tableKey)
	if err != nil {
		return cost{}, err
	}
	written := capacity.Written(before, after, indexKey)
	n := float64(o.times)
	return cost{o.name, o.route, float64(usage.Calls) / n, usage.Read / n, written.Table / n, written.Index / n}, nil
}
