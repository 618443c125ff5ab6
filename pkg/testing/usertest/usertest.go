// Package usertest makes values of package user for tests. Its functions panic on invalid
// arguments, which are constants of a test.
package usertest

import "users-api/pkg/user"

// ID returns an id in its canonical form.
func ID(s string) user.ID { return must(user.ParseID(s)) }

// Email returns an address.
func Email(s string) user.Email { return must(user.ParseEmail(s)) }

// Input returns the input of a user without an age.
func Input(name, email string) user.Input { return user.Input{Name: name, Email: Email(email)} }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
