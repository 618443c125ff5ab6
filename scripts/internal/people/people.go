// Package people makes up users: names of many scripts and lengths, addresses
// that no two of them share, ages or none. The same seed and number give the same
// person on every machine, so that whoever writes them can go on where an earlier
// run was.
//
// The addresses are at domains that are reserved for examples (RFC 2606), so that
// no mail ever reaches anybody. The lists are our own because the generators that
// Go has know Latin names only.
package people

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"users-api/pkg/user"
)

// At gives a person of a seed. Persons of different numbers or seeds have
// different addresses.
func At(seed uint64, number int) user.Input { return Like(seed, number, number) }

// Like gives a person who is to a byte as long as that of number looks, and has
// the name and age of that one, with the address of another number. Numbers from
// 0 to 9,999,999 are equally long.
func Like(seed uint64, looks, number int) user.Input {
	p := &picker{rand.New(rand.NewPCG(seed, uint64(looks)))}
	c := p.culture()
	given, family := p.name(c.given), p.name(c.family)
	return user.Input{
		Name:  p.fullName(c, given, family),
		Email: p.local(given, family) + "." + tail(seed, number) + "@" + p.domain(),
		Age:   p.age(),
	}
}

// tail is what makes an address that of one number of one seed.
func tail(seed uint64, number int) string {
	if seed == 0 {
		return fmt.Sprintf("%07d", number)
	}
	return fmt.Sprintf("%07d-%d", number, seed)
}

// picker draws at random.
type picker struct{ *rand.Rand }

// oneIn tells, for one draw of n, yes.
func (p *picker) oneIn(n int) bool { return p.IntN(n) == 0 }

func (p *picker) of(list []string) string { return list[p.IntN(len(list))] }

func (p *picker) culture() culture {
	n := p.IntN(totalWeight)
	for _, c := range cultures {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	panic("weights that do not add up") // totalWeight is their sum
}

// name is a name as it is written, and in the letters of most addresses.
type name struct{ native, latin string }

func (p *picker) name(list []name) name { return list[p.IntN(len(list))] }

// fullName puts a name together as it is done where the person comes from. Now
// and then it is a long one.
func (p *picker) fullName(c culture, given, family name) string {
	first, last := given.native, family.native
	if p.oneIn(8) {
		first += c.between + p.name(c.given).native
	}
	if p.oneIn(12) {
		last += c.double + p.name(c.family).native
	}
	if p.oneIn(50) {
		last += c.double + p.name(c.family).native + c.double + p.name(c.family).native
	}
	if c.familyFirst {
		first, last = last, first
	}
	return first + c.between + last
}

// local is the part of an address before its number: mostly in Latin letters, as
// most of the world's are.
func (p *picker) local(given, family name) string {
	first, last := given.latin, family.latin
	if p.oneIn(12) && inAddress(given.native) && inAddress(family.native) {
		first, last = given.native, family.native
	}
	s := first + p.of(separators) + last
	switch p.IntN(10) {
	case 0:
		s = last
	case 1:
		s = capital(first)
	case 2:
		s += p.of(tags)
	}
	if len(s) > maxLocal {
		s = family.latin
	}
	return strings.ReplaceAll(s, " ", "")
}

// inAddress tells whether a name is safe in an address as it is written. A
// dotless i, for one, is not.
func inAddress(name string) bool {
	_, err := user.NormalizeEmail(strings.ReplaceAll(name, " ", "") + "@example.com")
	return err == nil
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// maxLocal leaves room for the longest number and seed in the 64 bytes that an
// address may have before its @.
const maxLocal = 32

var (
	separators = []string{".", "_", "-", ""}
	tags       = []string{"+news", "+shopping", "+work", "+a-long-tag"}
)

func (p *picker) domain() string {
	if p.oneIn(40) { // as long as those of large organisations
		return p.of(departments) + ".departments.and.offices.of.an.organisation.with.a.long.name.example"
	}
	if p.oneIn(15) {
		return p.of(nationalDomains)
	}
	return p.of(domains)
}

var (
	domains     = []string{"example.com", "example.com", "example.net", "example.org", "mail.example.com", "post.example", "inbox.example"}
	departments = []string{"personnel", "research-and-development", "finance", "public-relations"}
	// nationalDomains are under a reserved name, in the letters of their users.
	nationalDomains = []string{"bücher.example", "почта.example", "ταχυδρομείο.example", "邮件.example", "メール.example", "메일.example", "दफ़्तर.example"}
)

// age is left out by three in ten. Most of the others are between 20 and 60.
func (p *picker) age() *int {
	if p.IntN(10) < 3 {
		return nil
	}
	years := int(38 + 15*p.NormFloat64())
	years = min(max(years, user.MinAge), user.MaxAge)
	if p.oneIn(500) {
		years = user.MaxAge
	}
	return &years
}
