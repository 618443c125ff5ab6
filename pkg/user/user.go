// Package user says what a user is: its attributes, the rules that its input
// must keep, and when two email addresses are the same one.
//
// It does no I/O and knows neither HTTP nor AWS. The rules stand twice: here in
// Go, which is what a function runs, and in schema.json (JSON Schema draft-04,
// the dialect of API Gateway), which is what API Gateway refuses requests by
// before a function is paid for. A property test holds the two together. What
// the schema cannot state, and only the Go code checks, is:
//
//   - that a name has 2 characters when the white space around it is gone,
//   - the grammar of an address beyond "one @ and no white space", its length
//     in bytes, and whether it can be normalised safely,
//   - that no member stands twice.
package user

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"users-api/pkg/apperr"
)

// User is one user, as clients see it.
type User struct {
	ID        string `json:"id"` // UUIDv7, lower case
	Name      string `json:"name"`
	Email     string `json:"email"` // as the client wrote it; see NormalizeEmail
	Age       *int   `json:"age,omitempty"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	Version   int64  `json:"version"` // counts from 1
}

// New makes version 1 of a user. Its times are the one that is in its id, so
// that a creation can be told again from the id and the input alone.
func New(id uuid.UUID, in Input) User {
	at := IDTime(id)
	return User{
		ID: id.String(), Name: in.Name, Email: in.Email, Age: in.Age,
		CreatedAt: at, UpdatedAt: at, Version: 1,
	}
}

// Replace makes the user's next version out of new input. updatedAt never goes
// back, whatever the clocks of two machines say.
func (u User) Replace(in Input, now time.Time) User {
	next := u
	next.Name, next.Email, next.Age = in.Name, in.Email, in.Age
	next.Version++
	if now.After(time.Time(u.UpdatedAt)) {
		next.UpdatedAt = Time(now.UTC().Truncate(time.Millisecond))
	}
	return next
}

// ParseID checks an id that came from a client and gives its canonical form.
// What is not a UUID names no user: the error is NotFound.
func ParseID(s string) (string, error) {
	id, err := uuid.Parse(s)
	if err != nil || len(s) != len(uuid.Nil.String()) {
		return "", apperr.Wrap(apperr.NotFound, "Not found", fmt.Errorf("id is not a UUID"))
	}
	return id.String(), nil
}

// IDTime is the time in a UUIDv7, in milliseconds (RFC 9562, section 5.7).
func IDTime(id uuid.UUID) Time {
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return Time(time.UnixMilli(ms).UTC())
}

// Time is a point in time as the API writes it: UTC with milliseconds, always
// 24 characters, so that text order is time order.
type Time time.Time

const timeLayout = "2006-01-02T15:04:05.000Z"

// ParseTime reads what String wrote.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse(timeLayout, s)
	return Time(t), err
}

// String is the time in the API's form.
func (t Time) String() string { return time.Time(t).UTC().Format(timeLayout) }

// MarshalText writes the time in the API's form.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the API's form.
func (t *Time) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTime(strings.TrimSpace(string(b)))
	return err
}
