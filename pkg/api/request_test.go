package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
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

// request decodes an event through an edge and gives what a handler sees.
func request(t testing.TB, event string) *api.Request {
	t.Helper()
	var got *api.Request
	edge := api.New(config, &syncBuffer{}, time0)
	_, err := edge.Wrap(func(_ context.Context, r *api.Request) (api.Response, error) {
		got = r
		return api.NoContent(), nil
	}).Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	require.NotNil(t, got, "the event was not decoded")
	return got
}

func TestDecode(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	deep := strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001)
	tests := []struct {
		name, contentType, body string
		base64                  bool
		kind                    apperr.Kind
		message                 string // "" where the body is taken
	}{
		{name: "object", contentType: json, body: `{"a":1,"b":[2]}`},
		{name: "white space around", contentType: json, body: " \r\n\t{} \n"},
		{name: "with a charset", contentType: "Application/JSON; charset=UTF-8", body: `{}`},
		{name: "no content type", body: `{}`},
		{name: "base64", contentType: json, body: base64.StdEncoding.EncodeToString([]byte(`{"a":1}`)), base64: true},
		{name: "deep but whole", contentType: json, body: `{"a":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `}`},
		{name: "empty", contentType: json, message: "empty", kind: apperr.Invalid},
		{name: "white space alone", contentType: json, body: " \n", message: "empty", kind: apperr.Invalid},
		{name: "null", contentType: json, body: `null`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "list", contentType: json, body: `[]`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "string", contentType: json, body: `"x"`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "number", contentType: json, body: `1`, message: "must be a JSON object", kind: apperr.Invalid},
		{name: "truncated", contentType: json, body: `{"a":`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "truncated in a text", contentType: json, body: `{"a":"x`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "not closed", contentType: json, body: `{"a":1`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "comma at the end", contentType: json, body: `{"a":1,}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "no comma", contentType: json, body: `{"a":1 "b":2}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "name without quotes", contentType: json, body: `{a:1}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "single quotes", contentType: json, body: `{'a':1}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "NaN", contentType: json, body: `{"a":NaN}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "leading zero", contentType: json, body: `{"a":018}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "comment", contentType: json, body: `{"a":1/*x*/}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "byte order mark", contentType: json, body: "\ufeff{}", message: "not valid JSON", kind: apperr.Invalid},
		{name: "control character in a text", contentType: json, body: "{\"a\":\"\n\"}", message: "not valid JSON", kind: apperr.Invalid},
		{name: "bytes behind", contentType: json, body: `{} x`, message: "behind its JSON object", kind: apperr.Invalid},
		{name: "an object behind", contentType: json, body: `{}{}`, message: "behind its JSON object", kind: apperr.Invalid},
		{name: "member twice", contentType: json, body: `{"a":1,"a":1}`, message: "Validation failed", kind: apperr.Invalid},
		{name: "member twice, once escaped", contentType: json, body: `{"a":1,"\u0061":1}`, message: "Validation failed", kind: apperr.Invalid},
		{name: "too deep", contentType: json, body: `{"a":` + deep + `}`, message: "not valid JSON", kind: apperr.Invalid},
		{name: "1 MB", contentType: json, body: `{"a":"` + strings.Repeat("x", 1<<20) + `"}`, message: "larger than 65536 bytes", kind: apperr.TooLarge},
		{name: "base64 that is none", contentType: json, body: `{}`, base64: true, message: "Malformed", kind: apperr.Invalid},
		{name: "base64 of invalid UTF-8", contentType: json, body: base64.StdEncoding.EncodeToString([]byte("{\"a\":\"\xff\"}")), base64: true, message: "UTF-8", kind: apperr.Invalid},
		{name: "form", contentType: "application/x-www-form-urlencoded", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
		{name: "text", contentType: "text/json", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
		{name: "other charset", contentType: "application/json; charset=utf-16", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
		{name: "content type that is none", contentType: ";", body: `{}`, message: "Content-Type", kind: apperr.UnsupportedMediaType},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, `{"headers":{"CONTENT-type":`+quoted(tt.contentType)+`},"body":`+quoted(tt.body)+`,"isBase64Encoded":`+map[bool]string{true: "true", false: "false"}[tt.base64]+`}`)
			members, err := api.Decode(r)
			if tt.message == "" {
				require.NoError(t, err)
				assert.NotNil(t, members)
				return
			}
			require.Error(t, err)
			assert.Equal(t, tt.kind, apperr.KindOf(err))
			assert.Contains(t, apperr.From(err).Message, tt.message)
			assert.NotContains(t, err.Error(), "xxx", "the body stays out of errors")
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
		{``, ``, false, false, 0},
		{`"3"`, ``, false, false, 3},
		{`"2"`, ``, true, false, 2},
		{`"2", "3"`, ``, false, false, 0},
		{`"2" ,,	"3",`, ``, false, false, 0},
		{`*`, ``, false, false, 0},
		{`W/"3"`, ``, true, false, 0}, // strong comparison: a weak tag never matches
		{`W/"3", "3"`, ``, false, false, 0},
		{`"03"`, ``, true, false, 0},
		{`"0"`, ``, true, false, 0},
		{`"-3"`, ``, true, false, 0},
		{`""`, ``, true, false, 0},
		{``, `"3"`, false, true, 0},
		{``, `W/"3"`, false, true, 0},
		{``, `"1", W/"2"`, false, false, 0},
		{``, `*`, false, true, 0},
		{`"3"`, `"3"`, false, true, 3},
	}
	for _, tt := range tests {
		c, err := request(t, `{"headers":{"if-match":`+quoted(tt.ifMatch)+`,"if-none-match":`+quoted(tt.ifNoneMatch)+`}}`).Conditions()
		require.NoError(t, err, "%+v", tt)
		assert.Equal(t, tt.changed, c.Changed(3), "%+v", tt)
		assert.Equal(t, tt.known, c.Known(3), "%+v", tt)
		assert.Equal(t, !tt.changed && !tt.known, c.AllowWrite(3), "%+v", tt)
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
	c, err := request(t, `{"multiValueHeaders":{"IF-MATCH":["\"1\"","\"3\""]}}`).Conditions()
	require.NoError(t, err)
	assert.False(t, c.Changed(3), "a header on two lines is one list")
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	key, err := request(t, `{"headers":null}`).IdempotencyKey()
	require.NoError(t, err)
	assert.Empty(t, key)

	key, err = request(t, event(t, "post.json")).IdempotencyKey()
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
	assert.Equal(t, apperr.Invalid, apperr.KindOf(err), "which of the two is meant?")

	r = request(t, `{"queryStringParameters":{"limit":""}}`)
	v, ok, err := r.QueryValue("limit")
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Empty(t, v)
	_, ok, _ = r.QueryValue("cursor")
	assert.False(t, ok)

	assert.NoError(t, r.RefuseUnknownQuery("limit"))
	err = r.RefuseUnknownQuery("cursor")
	assert.Equal(t, []apperr.Detail{{Field: "limit", Message: "is not a parameter of this request"}}, apperr.From(err).Details)
}
