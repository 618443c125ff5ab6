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

// parse reads a JSON object as the edge does, without its checks.
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
	assert.Equal(t, "Ann Lee", in.Name, "white space around it is gone")
	assert.Equal(t, "Ann@Example.com", in.Email, "kept as written")
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
		{"empty", "", false},
		{"1", "A", false},
		{"2", "Al", true},
		{"100", strings.Repeat("n", 100), true},
		{"101", strings.Repeat("n", 101), false},
		{"1 emoji", "😀", false},
		{"2 emoji", "😀😀", true},
		{"100 emoji are 400 bytes", strings.Repeat("😀", 100), true},
		{"101 emoji", strings.Repeat("😀", 101), false},
		{"a letter and a combining mark", combining, true},
		{"50 letters with combining marks", strings.Repeat(combining, 50), true},
		{"51 letters with combining marks", strings.Repeat(combining, 51), false},
		{"a family in one glyph is 7 code points", "👨‍👩‍👧‍👦", true},
		{"white space alone", "     ", false},
		{"1 in white space", "   A   ", false},
		{"2 in white space", "   Al   ", true},
		{"100 and a space", strings.Repeat("n", 100) + " ", false},
		{"newline", "Ann\nLee", false},
		{"NUL", "Ann\x00Lee", false},
		{"C1 control", "Ann\u0085Lee", false},
		{"replacement character", "Ann\ufffd", false},
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
		{"name missing", `{"email":"ann@example.com"}`, "name", "is required"},
		{"email missing", `{"name":"Ann"}`, "email", "is required"},
		{"name null", `{"name":null,"email":"ann@example.com"}`, "name", "must be a string"},
		{"name number", `{"name":12,"email":"ann@example.com"}`, "name", "must be a string"},
		{"name object", `{"name":{},"email":"ann@example.com"}`, "name", "must be a string"},
		{"email list", `{"name":"Ann","email":["ann@example.com"]}`, "email", "must be a string"},
		{"email no @", `{"name":"Ann","email":"ann"}`, "email", "must be a valid email address"},
		{"age 17", `{"age":17,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age 121", `{"age":121,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age 18.5", `{"age":18.5,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age 1e400", `{"age":1e400,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age negative", `{"age":-20,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age beyond 64 bits", `{"age":18446744073709551634,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age as string", `{"age":"20",` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age null", `{"age":null,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"age true", `{"age":true,` + rest + `}`, "age", "must be an integer from 18 to 120"},
		{"unknown member", `{"admin":true,` + rest + `}`, "admin", "is not a member of a user"},
		{"member in another case", `{"Age":20,` + rest + `}`, "Age", "is not a member of a user"},
		{"what the server sets", `{"id":"x",` + rest + `}`, "id", "is not a member of a user"},
		{"long unknown member", `{"` + strings.Repeat("x", 1000) + `":1,` + rest + `}`, strings.Repeat("x", 64) + "…", "is not a member of a user"},
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

func TestParseInputNamesEverythingThatIsWrong(t *testing.T) {
	_, err := parse(t, `{"name":"A","email":"x","age":1,"b":1,"a":2}`)
	assert.Equal(t, []apperr.Detail{
		{Field: "name", Message: "must have 2 to 100 characters"},
		{Field: "email", Message: "must be a valid email address"},
		{Field: "age", Message: "must be an integer from 18 to 120"},
		{Field: "a", Message: "is not a member of a user"},
		{Field: "b", Message: "is not a member of a user"},
	}, apperr.From(err).Details)
}

func TestParseInputAnswerStaysSmall(t *testing.T) {
	members := map[string]json.RawMessage{}
	for i := range 1000 {
		members[strings.Repeat("x", i+1)] = json.RawMessage("1")
	}
	_, err := user.ParseInput(members)
	assert.Len(t, apperr.From(err).Details, 2+10, "name, email and the first ten unknown members")
}

func TestValidateKeepsTheSameRules(t *testing.T) {
	young := 17
	bad := user.Input{Name: " A ", Email: "x", Age: &young}
	assert.Len(t, apperr.From(bad.Validate()).Details, 3)

	good := user.Input{Name: " Ann ", Email: "ann@example.com"}
	require.NoError(t, good.Validate())
	assert.Equal(t, "Ann", good.Name)
}
