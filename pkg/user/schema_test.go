package user_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/user"
)

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("schema.json")
	require.NoError(t, err)
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	require.NoError(t, c.AddResource("user.json", doc))
	s, err := c.Compile("user.json")
	require.NoError(t, err)
	return s
}

// beyondTheSchema tells whether a document breaks only rules that draft-04
// cannot state. They are listed in the package comment. An age written with a
// fraction or an exponent (18.0) is no integer in draft-04 (section 3.5 of its
// core), but one in later drafts, and this validator takes it for one always.
func beyondTheSchema(doc map[string]any) bool {
	if age, ok := doc["age"].(json.Number); ok && strings.ContainsAny(age.String(), ".eE") {
		return true
	}
	name, _ := doc["name"].(string)
	email, _ := doc["email"].(string)
	_, err := user.NormalizeEmail(email)
	return err != nil || utf8.RuneCountInString(strings.TrimSpace(name)) < user.MinNameLength
}

// compare holds what the function says of a document against what the schema
// says of it.
func compare(t *testing.T, s *jsonschema.Schema, raw []byte) {
	t.Helper()
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return // no object: the edge refuses it
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return // bytes after the object, and the like
	}
	_, function := user.ParseInput(members)
	bySchema := s.Validate(doc)
	switch {
	case function == nil:
		assert.NoError(t, bySchema, "the function takes what the schema refuses: %s", raw)
	case bySchema == nil:
		assert.True(t, beyondTheSchema(doc.(map[string]any)), "the schema takes what the function refuses (%v): %s", function, raw)
	}
}

func TestFunctionAndSchemaAgree(t *testing.T) {
	s := schema(t)
	pool := []string{
		`""`, `"A"`, `"Al"`, `" A "`, `"  Al  "`, `"Ann\nLee"`, `"\ud800"`, `"\ufffd"`, `"\u0085"`, `"\u00a0\u00a0"`, `"` + strings.Repeat("n", 100) + `"`,
		`"` + strings.Repeat("n", 101) + `"`, `"` + strings.Repeat("😀", 100) + `"`, `"` + strings.Repeat("n", 99) + `  "`,
		`"ann@example.com"`, `"a@b"`, `"a b@example.com"`, `"a@b@c.de"`, `"ann@BÜCHER.example"`, `"` + address(254) + `"`, `"` + address(255) + `"`,
		`null`, `true`, `[]`, `{}`, `0`, `17`, `18`, `18.0`, `18.5`, `1.8e1`, `12e1`, `120`, `121`, `-18`, `-0`, `1e400`, `18446744073709551634`, `"18"`,
	}
	fields := []string{"name", "email", "age", "Name", "id"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		var parts []string
		for i, field := range fields {
			if i < 3 && random.IntN(8) > 0 || random.IntN(20) == 0 {
				parts = append(parts, `"`+field+`":`+pool[random.IntN(len(pool))])
			}
		}
		compare(t, s, []byte("{"+strings.Join(parts, ",")+"}"))
		if t.Failed() {
			return
		}
	}
}

func FuzzFunctionAndSchemaAgree(f *testing.F) {
	s := schema(f)
	f.Add([]byte(`{"name":"Ann","email":"ann@example.com","age":18}`))
	f.Add([]byte(`{"name":"Ann","email":"ann@example.com","age":18.0}`))
	f.Add([]byte(`{"name":"\ud800\udc00","email":"a@b.c"}`))
	f.Fuzz(func(t *testing.T, raw []byte) { compare(t, s, raw) })
}
