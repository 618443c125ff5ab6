// Package user says what a user is: its attributes, the rules for its input, and when two email
// addresses are the same.
//
// It does no I/O and knows neither HTTP nor AWS. The rules are written twice: in Go, which the
// functions run, and in schema.json (JSON Schema draft-04, the dialect of API Gateway), by which
// API Gateway can refuse a request before a function is paid for. A property test compares the two.
// The schema cannot state, and only the Go code checks, that
//
//   - a name has 2 characters without the white space around it,
//   - an address follows the grammar beyond "one @ and no white space", is short
//     enough in bytes, and can be normalized safely,
//   - no member occurs twice.
package user

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"

	"users-api/pkg/apperr"
)

// User is one user, as clients see it.
type User struct {
	ID        ID     `json:"id"`
	Name      string `json:"name"`
	Email     string `json:"email"` // text, so that a stored address stays readable when a rule becomes stricter
	Age       *int   `json:"age,omitempty"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	Version   int64  `json:"version"` // counts from 1
}

// New returns version 1 of a user. Its times are that of its id, so id and input determine it.
func New(id ID, in Input) User {
	at := id.Time()
	return User{ID: id, Name: in.Name, Email: in.Email.String(), Age: in.Age, CreatedAt: at, UpdatedAt: at, Version: 1}
}

// Replace returns the user's next version, made of new input. UpdatedAt never decreases, even if
// the clocks of two machines differ.
func (u User) Replace(in Input, now time.Time) User {
	u.Name, u.Email, u.Age = in.Name, in.Email.String(), in.Age
	u.Version++
	if now.After(time.Time(u.UpdatedAt)) {
		u.UpdatedAt = Time(now.UTC().Truncate(time.Millisecond))
	}
	return u
}

// ID names a user: a UUIDv7 (RFC 9562, section 5.7), whose first bits are the time at which it was
// made, so that ids sort by age.
type ID struct{ uuid.UUID }

// NewID returns a new id.
func NewID() (ID, error) {
	id, err := uuid.NewV7()
	return ID{id}, err
}

// ParseID reads an id in the form of String, in either case. The error is NotFound.
func ParseID(s string) (ID, error) {
	id, err := uuid.Parse(s)
	if err != nil || len(s) != len(uuid.Nil.String()) {
		return ID{}, apperr.Wrap(apperr.NotFound, "Not found", errors.New("id is not a UUID"))
	}
	return ID{id}, nil
}

// Time returns the time at which the id was made, in milliseconds.
func (id ID) Time() Time {
	ms := binary.BigEndian.Uint64(id.UUID[:8]) >> 16
	return Time(time.UnixMilli(int64(ms)).UTC())
}

// Time is a point in time as the API writes it: UTC with milliseconds, always 24 characters, so
// that texts sort by time.
type Time time.Time

const timeLayout = "2006-01-02T15:04:05.000Z"

// ParseTime reads the form of String.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse(timeLayout, s)
	return Time(t), err
}

// String returns the time in the API's form.
func (t Time) String() string { return time.Time(t).UTC().Format(timeLayout) }

// MarshalText returns the time in the API's form.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Time) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTime(string(b))
	return err
}
