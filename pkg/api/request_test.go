package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
)

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// request parses an event, which must be valid.
func request(t testing.TB, event string) *api.Request {
	t.Helper()
	r, err := api.ParseRequest([]byte(event))
	require.NoError(t, err)
	return r
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	deep := strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001)
	tests := []struct {
		name, contentType, body string
		base64                  bool
		kind                    apperr.Kind
		message                 string // "" if the body is accepted
	}{
		{name: "object", contentType: json, body: `{"a":1,"b":[2]}`},
		{name: "surrounding white space", contentType: json, body: " \r\n\t{} \n"},
		{name: "charset", contentType: "Application/JSON; charset=UTF-8", body: `{}`},
		{name: "no content type", body: `{}`},
		{name: "base64", contentType: json, body: base64.StdEncoding.EncodeToString([]byte(`{"a":1}`)), base64: true},
		{name: "deeply nested", contentType: json, body: `{"a":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}`},
		{name: "empty", contentType: json, message: "empty", kind: apperr.Invalid},
		{name: "only white space", contentType: json, body: " \n", message: "empty", kind: apperr.Invalid},
		{name: "null", contentType: json, body: `null`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "list", contentType: json, body: `[]`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "string", contentType: json, body: `"x"`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "number", contentType: json, body: `1`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "truncated", contentType: json, body: `{"a":`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "truncated in a string", contentType: json, body: `{"a":"x`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "unclosed object", contentType: json, body: `{"a":1`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "trailing comma", contentType: json, body: `{"a":1,}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "missing comma", contentType: json, body: `{"a":1 "b":2}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "unquoted name", contentType: json, body: `{a:1}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "single quotes", contentType: json, body: `{'a':1}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "NaN", contentType: json, body: `{"a":NaN}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "leading zero", contentType: json, body: `{"a":018}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "comment", contentType: json, body: `{"a":1/*x*/}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "byte order mark", contentType: json, body: "\ufeff{}", message: "not valid JSON", kind: apperr.Invalid},
		{name: "control character in a string", contentType: json, body: "{\"a\":\"\n\"}", message: "not valid JSON", kind: apperr.Invalid},
		{name: "data after the object", contentType: json, body: `{} x`, message: "data after the JSON object", kind: apperr.Invalid},
		{name: "second object", contentType: json, body: `{}{}`, message: "data after the JSON object", kind: apperr.Invalid},
		{name: "duplicate member", contentType: json, body: `{"a":1,"a":1}`, message: "Validation failed", kind: apperr.Invalid},
		{name: "duplicate member, one escaped", contentType: json, body: `{"a":1,"\u0061":1}`, message: "Validation failed", kind: apperr.Invalid},
		{name: "nested too deeply", contentType: json, body: `{"a":` + deep + `}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "1 MB body", contentType: json, body: `{"a":"` + strings.Repeat("x", 1<<20) + `"}`, message: "larger than 65536 bytes", kind: apperr.TooLarge},
		{name: "invalid base64", contentType: json, body: `{}`, base64: true, message: "Malformed", kind: apperr.Invalid},
		{name: "base64 of invalid UTF-8", contentType: json, body: base64.StdEncoding.EncodeToString([]byte("{\"a\":\"\xff\"}")), base64: true,
			message: "UTF-8", kind: apperr.Invalid},
		{name: "form", contentType: "application/x-www-form-urlencoded", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
		{name: "text", contentType: "text/json", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
		{name: "other charset", contentType: "application/json; charset=utf-16", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
		{name: "malformed content type", contentType: ";", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, fmt.Sprintf(`{"headers":{"CONTENT-type":%s},"body":%s,"isBase64Encoded":%t}`, quoted(tt.contentType), quoted(tt.body), tt.base64))
			members, err := api.Decode(r)
			if tt.message == "" {
				require.NoError(t, err)
				assert.NotNil(t, members)
				return
			}
			require.Error(t, err)
			assert.Equal(t, tt.kind, apperr.KindOf(err))
			assert.Contains(t, apperr.From(err).Message, tt.message)
			assert.NotContains(t, err.Error(), "xxx", "an error must not quote the body")
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		ifMatch, ifNoneMatch string
		changed, known       bool // for version 3
		expected             int64
	}{
		{},
		{ifMatch: `"3"`, expected: 3},
		{ifMatch: `"2"`, changed: true, expected: 2},
		{ifMatch: `"2", "3"`},
		{ifMatch: `"2" ,,	"3",`},
		{ifMatch: `*`},
		{ifMatch: `W/"3"`, changed: true}, // strong comparison: a weak tag never matches
		{ifMatch: `W/"3", "3"`},
		{ifMatch: `"03"`, changed: true},
		{ifMatch: `"0"`, changed: true},
		{ifMatch: `"-3"`, changed: true},
		{ifMatch: `""`, changed: true},
		{ifNoneMatch: `"3"`, known: true},
		{ifNoneMatch: `W/"3"`, known: true},
		{ifNoneMatch: `"1", W/"2"`},
		{ifNoneMatch: `*`, known: true},
		{ifMatch: `"3"`, ifNoneMatch: `"3"`, known: true, expected: 3},
	}
	for _, tt := range tests {
		c, err := request(t, `{"httpMethod":"GET","headers":{"if-match":`+quoted(tt.ifMatch)+`,"if-none-match":`+quoted(tt.ifNoneMatch)+`}}`).Conditions()
		require.NoError(t, err, "%+v", tt)
		assert.Equal(t, tt.changed, c.Changed(3), "%+v", tt)
		assert.Equal(t, tt.known, c.Known(3), "%+v", tt)
		assert.Equal(t, !tt.changed && !tt.known, c.Allows(3), "%+v", tt)
		assert.Equal(t, tt.expected, c.Expected(), "%+v", tt)
	}
	for _, bad := range []string{`3`, `"3`, `3"`, `"3" "4"`, `"3";`, `w/"3"`, `W/3`, `*, "3"`, `"a b"`, `,`, "\"\x7f\""} {
		for _, header := range []string{"If-Match", "If-None-Match"} {
			_, err := request(t, `{"headers":{"`+header+`":`+quoted(bad)+`}}`).Conditions()
			require.Error(t, err, "%s: %s", header, bad)
			assert.Equal(t, apperr.Invalid, apperr.KindOf(err))
			assert.Equal(t, header, apperr.From(err).Details[0].Field)
		}
	}
	for _, separator := range []string{`,`, `, `, ",\n\t"} {
		c, err := request(t, `{"multiValueHeaders":{"IF-MATCH":["\"1\""`+separator+`"\"3\""]}}`).Conditions()
		require.NoError(t, err)
		assert.False(t, c.Changed(3), "two lines of a header are one list")
		assert.True(t, c.Changed(2))
	}
}

// A client that sends a guard without a value wants the write guarded.
func TestEmptyGuards(t *testing.T) {
	t.Parallel()
	conditions := func(r *api.Request) error { _, err := r.Conditions(); return err }
	key := func(r *api.Request) error { _, err := r.IdempotencyKey(); return err }
	for _, tt := range []struct {
		header  string
		methods []string
		read    func(*api.Request) error
	}{
		{header: "If-Match", methods: []string{"PUT", "DELETE"}, read: conditions},
		{header: "If-None-Match", methods: []string{"PUT", "DELETE"}, read: conditions},
		{header: "Idempotency-Key", methods: []string{"POST"}, read: key},
	} {
		for _, method := range tt.methods {
			for _, empty := range []string{`""`, `" "`, `"\t"`, `["",""]`, `[" ","\t"]`} {
				field := "headers"
				if empty[0] == '[' {
					field = "multiValueHeaders"
				}
				err := tt.read(request(t, `{"httpMethod":"`+method+`","`+field+`":{"`+tt.header+`":`+empty+`}}`))
				require.Error(t, err, "%s %s: %s", method, tt.header, empty)
				assert.Equal(t, apperr.Invalid, apperr.KindOf(err))
				assert.Equal(t, tt.header, apperr.From(err).Details[0].Field)
			}
			assert.NoError(t, tt.read(request(t, `{"httpMethod":"`+method+`","headers":{}}`)), "absent")
			other := `"\"1\""`
			err := tt.read(request(t, `{"httpMethod":"`+method+`","multiValueHeaders":{"`+tt.header+`":["",`+other+`,""]}}`))
			assert.NoError(t, err, "an empty line among others is ignored")
		}
	}
	for _, header := range []string{"If-Match", "If-None-Match"} {
		assert.NoError(t, conditions(request(t, `{"httpMethod":"GET","headers":{"`+header+`":""}}`)), "it guards nothing on a GET")
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	key, err := request(t, `{"headers":null}`).IdempotencyKey()
	require.NoError(t, err)
	assert.Empty(t, key)

	key, err = request(t, `{"headers":{"idempotency-Key":"5d2c9a51-7d4f-4d0e-8f31-4f2f7c8f9a10"}}`).IdempotencyKey()
	require.NoError(t, err)
	assert.Equal(t, "5d2c9a51-7d4f-4d0e-8f31-4f2f7c8f9a10", key)

	for _, bad := range []string{`{"multiValueHeaders":{"Idempotency-Key":["a","b"]}}`,
		`{"headers":{"idempotency-key":"a b"}}`, `{"headers":{"idempotency-key":"ä"}}`, `{"headers":{"idempotency-key":"` + strings.Repeat("k", 256) + `"}}`} {
		_, err := request(t, bad).IdempotencyKey()
		assert.Equal(t, apperr.Invalid, apperr.KindOf(err), bad)
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	r := request(t, `{"queryStringParameters":{"limit":"2"},"multiValueQueryStringParameters":{"limit":["1","2"]}}`)
	_, _, err := r.QueryValue("limit")
	assert.Equal(t, apperr.Invalid, apperr.KindOf(err), "a parameter with two values is ambiguous")

	r = request(t, `{"multiValueQueryStringParameters":{"limit":[""]}}`)
	v, ok, err := r.QueryValue("limit")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Empty(t, v)
	_, ok, _ = r.QueryValue("cursor")
	assert.False(t, ok)
}
