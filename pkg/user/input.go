package user

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"users-api/pkg/apperr"
)

// The limits of a user's attributes.
const (
	MinNameLength = 2   // visible characters (Unicode code points)
	MaxNameLength = 100 // characters
	MaxEmailBytes = 254 // RFC 5321 leaves 254 bytes for an address in a path
	MinAge        = 18
	MaxAge        = 120
)

// Input is what a client can set of a user: all of it, on POST and on PUT.
type Input struct {
	Name  string `json:"name"`
	Email Email  `json:"email"`
	Age   *int   `json:"age,omitempty"`
}

// ParseInput reads and checks the members of a JSON object. Its error is Invalid and names every
// member that is wrong, not only the first.
func ParseInput(members map[string]json.RawMessage) (in Input, err error) {
	var wrong []apperr.Detail
	check := func(field string, err error) {
		if err != nil {
			wrong = append(wrong, apperr.Detail{Field: field, Message: err.Error()})
		}
	}
	in.Name, err = parseName(members["name"])
	check("name", err)
	email, err := parseText(members["email"])
	if err == nil {
		in.Email, err = ParseEmail(email)
	}
	check("email", err)
	in.Age, err = parseAge(members["age"])
	check("age", err)
	for _, name := range unknown(members) {
		check(name, errors.New("is not a member of a user"))
	}
	if len(wrong) > 0 {
		return Input{}, apperr.InvalidFields(wrong...)
	}
	return in, nil
}

func parseName(raw json.RawMessage) (string, error) {
	s, err := parseText(raw)
	name := strings.TrimSpace(s)
	switch {
	case err != nil:
		return "", err
	case visible(name) < MinNameLength, utf8.RuneCountInString(name) > MaxNameLength:
		return "", errors.New("must have 2 to 100 characters")
	case !isOneLine(name), !hasClosedBidi(name):
		return "", errors.New("must be one line of text without control characters")
	}
	return name, nil
}

func parseAge(raw json.RawMessage) (*int, error) {
	if raw == nil {
		return nil, nil
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < MinAge || n > MaxAge {
		return nil, errors.New("must be an integer from 18 to 120")
	}
	return &n, nil
}

// parseText reads a required member that must be a string.
func parseText(raw json.RawMessage) (string, error) {
	if raw == nil {
		return "", errors.New("is required")
	}
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", errors.New("must be a string")
	}
	return *s, nil
}

// maxUnknownShown is how many members an error names at most.
const maxUnknownShown = 10

// unknown returns the names of the first members that a user does not have.
func unknown(members map[string]json.RawMessage) []string {
	known := func(name string) bool { return name == "name" || name == "email" || name == "age" }
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(members)), known)
	return names[:min(len(names), maxUnknownShown)]
}
