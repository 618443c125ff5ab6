// Package people makes up users: names in many scripts, addresses that no two of them
// share, at domains that are reserved for examples (RFC 2606), and ages or none. The
// same seed and number give the same person on every machine.
package people

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// Person is a user as a client sends it.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Age   *int   `json:"age,omitempty"`
}

// At returns the person of a number. Persons of different numbers or seeds have
// different addresses.
func At(seed uint64, number int) Person {
	fake := gofakeit.NewFaker(rand.NewPCG(seed, uint64(number)), false)
	name, local := pick(fake)
	p := Person{Name: name, Email: fmt.Sprintf("%s.%d-%d@%s", local, seed, number, fake.RandomString(domains))}
	if fake.IntN(10) < 7 {
		age := fake.IntRange(18, 90)
		p.Age = &age
	}
	return p
}

// otherNames are what gofakeit, which has English names, lacks: names in other scripts,
// with diacritics and apostrophes, of two characters and of many words. After the tab
// is what an address begins with, some in the script of the name. It has at most 32
// bytes: an address may have 64 before its @, of which seed and number take up to 32.
//
//go:embed names.txt
var otherNames string

var names = strings.Split(strings.TrimSpace(otherNames), "\n")

// pick returns a name, an English one for most people, and what its address begins with.
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
