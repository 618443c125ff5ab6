package user_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
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
	c.UseRegexpEngine(compileECMA)
	require.NoError(t, c.AddResource("user.json", doc))
	s, err := c.Compile("user.json")
	require.NoError(t, err)
	return s
}

// compileECMA compiles a regular expression of ECMA 262, which the schema's are, for Go: \uFFFD is
// \x{FFFD} there, and \s only ASCII. The schema has \s within brackets only.
func compileECMA(pattern string) (jsonschema.Regexp, error) {
	pattern = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`).ReplaceAllString(pattern, `\x{$1}`)
	return regexp.Compile(strings.ReplaceAll(pattern, `\s`, `\s\x0b\pZ\x{feff}`))
}

// breaksGoOnlyRule reports whether a document breaks a rule that draft-04 cannot state, see the
// package comment. An age with a fraction or an exponent (18.0) is not an integer in draft-04
// (section 3.5 of its core), but this validator accepts it, as later drafts do.
func breaksGoOnlyRule(doc map[string]any) bool {
	if age, ok := doc["age"].(json.Number); ok && strings.ContainsAny(age.String(), ".eE") {
		return true
	}
	name, _ := doc["name"].(string)
	email, _ := doc["email"].(string)
	_, emailErr := normalize(email)
	invisible := func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S) ||
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
			strings.ContainsRune("\u2800\U0001d159\U00013441\U00013442\U00016fe4", r)
	}
	visible := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, strings.TrimSpace(name))
	visible = strings.TrimLeftFunc(visible, func(r rune) bool { return unicode.Is(unicode.M, r) })
	return emailErr != nil || utf8.RuneCountInString(visible) < user.MinNameLength || utf8.RuneCountInString(strings.TrimSpace(name)) > user.MaxNameLength || strings.ContainsAny(name, "\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
}

// compare asserts that ParseInput and the schema agree on a document.
func compare(t *testing.T, s *jsonschema.Schema, raw []byte) {
	t.Helper()
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return // not an object, which package api refuses
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return // such as data after the object
	}
	_, inputErr := user.ParseInput(members)
	schemaErr := s.Validate(doc)
	switch {
	case inputErr == nil:
		assert.NoError(t, schemaErr, "ParseInput accepts what the schema refuses: %s", raw)
	case schemaErr == nil:
		assert.True(t, breaksGoOnlyRule(doc.(map[string]any)), "the schema accepts what ParseInput refuses (%v): %s", inputErr, raw)
	}
}

func TestInputAndSchemaAgree(t *testing.T) {
	s := schema(t)
	pool := []string{
		`""`, `"A"`, `"Al"`, `" A "`, `"  Al  "`, `"Ann\nLee"`, `"Ann\u0085"`, `"\u00a0Ann\u2028"`, `"\ud800"`, `"\ufffd"`, `"\u0085"`, `"\tAnn\n"`, `"Ann\u2028Lee"`, `"\u200b\u200b"`, `"Ann\u202eeeL"`, `"Ann \u202bLee"`, `"\u00a0\u00a0"`, `"` + strings.Repeat("n", 100) + `"`,
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

func FuzzInputAndSchemaAgree(f *testing.F) {
	s := schema(f)
	f.Add([]byte(`{"name":"Ann","email":"ann@example.com","age":18}`))
	f.Add([]byte(`{"name":"Ann","email":"ann@example.com","age":18.0}`))
	f.Add([]byte(`{"name":"\ud800\udc00","email":"a@b.c"}`))
	f.Fuzz(func(t *testing.T, raw []byte) { compare(t, s, raw) })
}
