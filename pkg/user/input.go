package user

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"users-api/pkg/apperr"
)

// The limits of a user's attributes.
const (
	MinNameLength = 2   // characters (Unicode code points) without white space around them
	MaxNameLength = 100 // characters as sent
	MaxEmailBytes = 254 // RFC 5321 leaves 254 bytes for an address in a path
	MinAge        = 18
	MaxAge        = 120
)

// Input is what a client may say about a user: all of it, on POST and on PUT.
type Input struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Age   *int   `json:"age,omitempty"`
}

// ParseInput reads the members of a JSON object and checks them. Its error is
// Invalid and names every member that is wrong, not just the first.
func ParseInput(members map[string]json.RawMessage) (Input, error) {
	p := parser{members: members}
	in := Input{Name: p.name(), Email: p.email(), Age: p.age()}
	p.refuseUnknown()
	if len(p.details) > 0 {
		return Input{}, apperr.New(apperr.Invalid, "Validation failed", p.details...)
	}
	return in, nil
}

// Validate checks input that was not parsed from JSON, by the same rules. It
// reports what is wrong in the same way, and trims the name.
func (in *Input) Validate() error {
	p := parser{}
	in.Name = p.checkName(in.Name)
	p.checkEmail(in.Email)
	if in.Age != nil {
		p.checkAge(*in.Age)
	}
	if len(p.details) > 0 {
		return apperr.New(apperr.Invalid, "Validation failed", p.details...)
	}
	return nil
}

// parser gathers what is wrong with the members that it reads.
type parser struct {
	members map[string]json.RawMessage
	details []apperr.Detail
}

func (p *parser) fail(field, message string) {
	p.details = append(p.details, apperr.Detail{Field: field, Message: message})
}

func (p *parser) name() string {
	s, ok := p.text("name")
	if !ok {
		return ""
	}
	return p.checkName(s)
}

func (p *parser) checkName(s string) string {
	name := strings.TrimSpace(s)
	switch {
	case utf8.RuneCountInString(name) < MinNameLength, utf8.RuneCountInString(s) > MaxNameLength:
		p.fail("name", "must have 2 to 100 characters")
	case !utf8.ValidString(s), strings.ContainsFunc(s, unprintable):
		p.fail("name", "must not contain control characters or broken text")
	}
	return name
}

// unprintable is a control character (also a tab or newline: a name is one
// line), or the character that stands where text could not be decoded.
func unprintable(r rune) bool { return unicode.Is(unicode.Cc, r) || r == utf8.RuneError }

func (p *parser) email() string {
	s, ok := p.text("email")
	if ok {
		p.checkEmail(s)
	}
	return s
}

func (p *parser) checkEmail(s string) {
	if _, err := NormalizeEmail(s); err != nil {
		p.fail("email", err.Error())
	}
}

func (p *parser) age() *int {
	raw, ok := p.members["age"]
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil {
		p.fail("age", "must be an integer from 18 to 120")
		return nil
	}
	p.checkAge(n)
	return &n
}

func (p *parser) checkAge(n int) {
	if n < MinAge || n > MaxAge {
		p.fail("age", "must be an integer from 18 to 120")
	}
}

// text reads a required member that is a string.
func (p *parser) text(field string) (string, bool) {
	raw, ok := p.members[field]
	if !ok {
		p.fail(field, "is required")
		return "", false
	}
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		p.fail(field, "must be a string")
		return "", false
	}
	return *s, true
}

func (p *parser) refuseUnknown() {
	var unknown []string
	for name := range p.members {
		if name != "name" && name != "email" && name != "age" {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown[:min(len(unknown), maxUnknownShown)] {
		p.fail(clip(name), "is not a member of a user")
	}
}

// What a client sent is shown back to it only in bounds.
const (
	maxUnknownShown = 10
	maxFieldShown   = 64 // characters
)

func clip(name string) string {
	runes := []rune(name)
	if len(runes) <= maxFieldShown {
		return name
	}
	return string(runes[:maxFieldShown]) + "…"
}
