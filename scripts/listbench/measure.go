package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/uuid"

	"users-api/pkg/store"
	"users-api/scripts/internal/capacity"
)

// place is where in a list a page stands.
type place string

const (
	first  place = "first"
	middle place = "middle"
	last   place = "last"
)

// page is a page of users to ask for.
type page struct {
	place place
	limit int
}

var pages = []page{{first, 20}, {middle, 20}, {last, 20}, {first, 100}, {middle, 100}, {last, 100}}

// from is the rank of the page's first user in a list of so many. Pages of one
// place stand at the same place of a period.
func (p page) from(users int) rank {
	switch p.place {
	case middle:
		return rank(users/2/period*period + period/2)
	case last:
		return rank(users - p.limit)
	}
	return 0
}

// sample is what one page of one table took, time after time.
type sample struct {
	page
	users int
	usage capacity.Usage // of one time
	times []time.Duration
}

func (s sample) quantile(q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(s.times))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// subject is a table that is measured.
type subject struct {
	users   int
	table   *store.Table
	meter   capacity.Meter
	cursors map[page]string
	samples map[page]*sample
}

func newSubject(ctx context.Context, client *dynamodb.Client, users int) (*subject, error) {
	s := &subject{users: users, cursors: map[page]string{}, samples: map[page]*sample{}}
	s.table = store.New(dynamodb.New(client.Options(), s.meter.Attach), tableName, time.Now, uuid.NewV7)
	for _, p := range pages {
		cursor, err := cursorBefore(ctx, client, p.from(users))
		if err != nil {
			return nil, err
		}
		s.cursors[p], s.samples[p] = cursor, &sample{page: p, users: users}
	}
	return s, nil
}

// cursorBefore gives the cursor of the page that begins with a rank. Only the
// store can make one, and only of a page that it has read: so it is shown one.
func cursorBefore(ctx context.Context, client *dynamodb.Client, r rank) (string, error) {
	if r == 0 {
		return "", nil
	}
	show := dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Show", func(context.Context, middleware.InitializeInput, middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				items := []map[string]types.AttributeValue{shown(r - 1), shown(r)}
				return middleware.InitializeOutput{Result: &dynamodb.QueryOutput{Items: items}}, middleware.Metadata{}, nil
			}), middleware.Before)
		})
	})
	answer, err := store.New(show, tableName, time.Now, uuid.NewV7).List(ctx, 1, "")
	return answer.Next, err
}

// shown is the item of a user, of whom only the id matters.
func shown(r rank) map[string]types.AttributeValue {
	text, at := &types.AttributeValueMemberS{Value: "shown"}, &types.AttributeValueMemberS{Value: "2026-01-01T00:00:00.000Z"}
	return map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: r.id().String()}, "name": text, "email": text,
		"createdAt": at, "updatedAt": at, "version": &types.AttributeValueMemberN{Value: "1"},
	}
}

// ask reads a page, checks who is on it, and notes what it took.
func (s *subject) ask(ctx context.Context, p page) error {
	s.meter.Take()
	started := time.Now()
	answer, err := s.table.List(ctx, p.limit, s.cursors[p])
	took := time.Since(started)
	if err != nil {
		return err
	}
	usage := s.meter.Take()
	if err := s.check(p, answer); err != nil {
		return fmt.Errorf("the %s page of %d of %d users: %w", p.place, p.limit, s.users, err)
	}
	of := s.samples[p]
	if len(of.times) > 0 && of.usage != usage {
		return fmt.Errorf("the %s page of %d users took %v, and another time %v: did a call fail?", p.place, s.users, of.usage, usage)
	}
	of.usage, of.times = usage, append(of.times, took)
	return nil
}

func (s *subject) check(p page, answer store.Page) error {
	if len(answer.Users) != p.limit {
		return fmt.Errorf("%d users", len(answer.Users))
	}
	for i, u := range answer.Users {
		if want := (p.from(s.users) + rank(i)).id().String(); u.ID != want {
			return fmt.Errorf("user %d is %s, not %s", i, u.ID, want)
		}
	}
	if end := answer.Next == ""; end != (p.place == last) {
		return fmt.Errorf("that it is the last one: %t", end)
	}
	return nil
}

// forget drops what was noted, for a warm-up.
func (s *subject) forget() {
	for _, of := range s.samples {
		of.times = nil
	}
}

// measure asks all tables for all pages in turns, round after round, so that what
// else happens on the machine happens to all of them.
func measure(ctx context.Context, tables []*subject, rounds int, done func(int)) error {
	subjects := slices.Clone(tables)
	for range rounds {
		for _, p := range pages {
			for _, s := range subjects {
				if err := s.ask(ctx, p); err != nil {
					return err
				}
			}
		}
		slices.Reverse(subjects) // nobody always comes first
		done(1)
	}
	return nil
}
