// Package fakeuser makes up users: names in many scripts, addresses that no two of them
// share, at domains that are reserved for examples (RFC 2606), and ages or none. The
// same seed and number give the same user on every machine.
package fakeuser

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// User is a user as a client sends it.
type User struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Age   *int   `json:"age,omitempty"`
}

// At returns the user of a number. Users of different numbers or seeds have different
// addresses.
func At(seed uint64, number int) User {
	fake := gofakeit.NewFaker(rand.NewPCG(seed, uint64(number)), false)
	name, local := pick(fake)
	u := User{Name: name, Email: fmt.Sprintf("%s.%d-%d@%s", local, seed, number, fake.RandomString(domains))}
	if fake.IntN(10) < 7 {
		age := fake.IntRange(18, 90)
		u.Age = &age
	}
	return u
}

// otherNames add to gofakeit's English names: names in other scripts, with diacritics and
// apostrophes, of two characters and of many words. The text after
// the tab begins the address, in some lines in the script of the name. It has at most 32
// bytes: an address may have 64 before its @, of which seed and number take up to 32.
//
//go:embed names.txt
var otherNames string

var names = strings.Split(strings.TrimSpace(otherNames), "\n")

// pick returns a name, an English one for most users, and what its address begins with.
func pick(fake *gofakeit.Faker) (name, local string) {
	if fake.IntN(10) < 3 {
		name, local, _ = strings.Cut(fake.RandomString(names), "\t")
		return name, local
	}
	given, family := fake.FirstName(), fake.LastName()
	return given + " " + family, strings.ToLower(given + "." + family)
}

// domains has the common ones more than once.
var domains = []string{
	"example.com", "example.com", "example.com", "example.com", "example.net", "example.org", "mail.example.com", "post.example",
	"bücher.example", "почта.example", "邮件.example", "departments-and-offices.of-an-organisation-with-a-long-name.example",
}
