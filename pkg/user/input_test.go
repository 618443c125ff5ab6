package user_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// parse decodes a JSON object and parses its members.
func parse(t *testing.T, doc string) (user.Input, error) {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(doc), &members))
	return user.ParseInput(members)
}

func quote(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	require.NoError(t, err)
	return string(b)
}

func TestParseInput(t *testing.T) {
	in, err := parse(t, `{"name":"  Ann Lee ","email":"Ann@Example.com","age":42}`)
	require.NoError(t, err)
	assert.Equal(t, "Ann Lee", in.Name, "surrounding white space must be removed")
	assert.Equal(t, "Ann@Example.com", in.Email.String(), "the address must be kept as written")
	assert.Equal(t, "ann@example.com", in.Email.Normalized())
	require.NotNil(t, in.Age)
	assert.Equal(t, 42, *in.Age)

	in, err = parse(t, `{"name":"Ann","email":"ann@example.com"}`)
	require.NoError(t, err)
	assert.Nil(t, in.Age)
}

func TestParseInputNames(t *testing.T) {
	combining := "e\u0301" // two code points, one character on the screen
	tests := []struct {
		name, value string
		ok          bool
	}{
		{name: "empty"},
		{name: "1 character", value: "A"},
		{name: "2 characters", value: "Al", ok: true},
		{name: "100 characters", value: strings.Repeat("n", 100), ok: true},
		{name: "101 characters", value: strings.Repeat("n", 101)},
		{name: "1 emoji", value: "😀"},
		{name: "2 emoji", value: "😀😀", ok: true},
		{name: "marks alone", value: "\u0301\u0301"},
		{name: "unassigned and private characters", value: "\u0378\ue000\U0010ffff"},
		{name: "blank symbols", value: "\U0001d159\U00013441\U00013442\U00016fe4"},
		{name: "a letter with a mark", value: "e\u0301", ok: true},
		{name: "100 emoji", value: strings.Repeat("😀", 100), ok: true},
		{name: "101 emoji", value: strings.Repeat("😀", 101)},
		{name: "letter with combining mark", value: combining, ok: true},
		{name: "50 letters with combining marks", value: strings.Repeat(combining, 50), ok: true},
		{name: "51 letters with combining marks", value: strings.Repeat(combining, 51)},
		{name: "7 code points in one glyph", value: "👨‍👩‍👧‍👦", ok: true},
		{name: "only white space", value: "     "},
		{name: "1 character in white space", value: "   A   "},
		{name: "2 characters in white space", value: "   Al   ", ok: true},
		{name: "100 characters and a line break", value: strings.Repeat("n", 100) + "\n", ok: true},
		{name: "line separator", value: "Ann\u2028Lee"},
		{name: "paragraph separator", value: "Ann\u2029Lee"},
		{name: "invisible characters alone", value: "\u200b\u200b\u200b"},
		{name: "1 visible among invisible", value: "\u200bA\u2060\ufe0f"},
		{name: "Hangul fillers", value: "\u3164\u3164"},
		{name: "Braille blanks", value: "\u2800\u2800"},
		{name: "right-to-left override", value: "Ann\u202eeeL\u202c"},
		{name: "embedding that is not closed", value: "Ann \u202bLee"},
		{name: "isolate that is not closed", value: "Ann \u2067Lee"},
		{name: "closing that opens nothing", value: "Ann\u202c Lee"},
		{name: "embedding closed as an isolate", value: "Ann \u202bLee\u2069"},
		{name: "isolate", value: "Ann \u2067\u05d0\u05d1\u2069", ok: true},
		{name: "right-to-left mark", value: "\u05d0\u05d1\u200f", ok: true},
		{name: "tab and newline around it", value: "\tAnn Lee\r\n", ok: true},
		{name: "tab inside", value: "Ann\tLee"},
		{name: "newline", value: "Ann\nLee"},
		{name: "NUL", value: "Ann\x00Lee"},
		{name: "C1 control", value: "Ann\u0085Lee"},
		{name: "replacement character", value: "Ann\ufffd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(t, `{"email":"ann@example.com","name":`+quote(t, tt.value)+`}`)
			if tt.ok {
				assert.NoError(t, err)
				return
			}
			assertDetail(t, err, "name", "must")
		})
	}
}

func TestParseInputRefuses(t *testing.T) {
	const rest = `"name":"Ann","email":"ann@example.com"`
	tests := []struct {
		name, doc, field, message string
	}{
		{name: "missing name", doc: `{"email":"ann@example.com"}`, field: "name", message: "is required"},
		{name: "missing email", doc: `{"name":"Ann"}`, field: "email", message: "is required"},
		{name: "null as name", doc: `{"name":null,"email":"ann@example.com"}`, field: "name", message: "must be a string"},
		{name: "number as name", doc: `{"name":12,"email":"ann@example.com"}`, field: "name", message: "must be a string"},
		{name: "object as name", doc: `{"name":{},"email":"ann@example.com"}`, field: "name", message: "must be a string"},
		{name: "array as email", doc: `{"name":"Ann","email":["ann@example.com"]}`, field: "email", message: "must be a string"},
		{name: "email without @", doc: `{"name":"Ann","email":"ann"}`, field: "email", message: "must be a valid email address"},
		{name: "age 17", doc: `{"age":17,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "age 121", doc: `{"age":121,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "age 18.5", doc: `{"age":18.5,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "age 1e400", doc: `{"age":1e400,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "negative age", doc: `{"age":-20,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "age beyond 64 bits", doc: `{"age":18446744073709551634,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "string as age", doc: `{"age":"20",` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "null as age", doc: `{"age":null,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "true as age", doc: `{"age":true,` + rest + `}`, field: "age", message: "must be an integer from 18 to 120"},
		{name: "unknown member", doc: `{"admin":true,` + rest + `}`, field: "admin", message: "is not a member of a user"},
		{name: "member in another case", doc: `{"Age":20,` + rest + `}`, field: "Age", message: "is not a member of a user"},
		{name: "id of the server", doc: `{"id":"x",` + rest + `}`, field: "id", message: "is not a member of a user"},
		{name: "long unknown member", doc: `{"` + strings.Repeat("x", 1000) + `":1,` + rest + `}`,
			field: strings.Repeat("x", 64) + "…", message: "is not a member of a user"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse(t, tt.doc)
			assertDetail(t, err, tt.field, tt.message)
		})
	}
}

func assertDetail(t *testing.T, err error, field, message string) {
	t.Helper()
	require.Error(t, err)
	e := apperr.From(err)
	assert.Equal(t, apperr.Invalid, e.Kind)
	assert.Equal(t, "Validation failed", e.Message)
	require.Len(t, e.Details, 1)
	assert.Equal(t, field, e.Details[0].Field)
	assert.Contains(t, e.Details[0].Message, message)
}

func TestParseInputReportsEveryFault(t *testing.T) {
	_, err := parse(t, `{"name":"A","email":"x","age":1,"b":1,"a":2}`)
	assert.Equal(t, []apperr.Detail{
		{Field: "name", Message: "must have 2 to 100 characters"},
		{Field: "email", Message: "must be a valid email address"},
		{Field: "age", Message: "must be an integer from 18 to 120"},
		{Field: "a", Message: "is not a member of a user"},
		{Field: "b", Message: "is not a member of a user"},
	}, apperr.From(err).Details)
}

func TestParseInputLimitsDetails(t *testing.T) {
	members := map[string]json.RawMessage{}
	for i := range 1000 {
		members[strings.Repeat("x", i+1)] = json.RawMessage("1")
	}
	_, err := user.ParseInput(members)
	assert.Len(t, apperr.From(err).Details, 2+10, "name, email and the first ten unknown members")
}
