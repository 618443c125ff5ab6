package credential

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

func TestParseHeader(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", MaxBytes)
	for _, tt := range []struct {
		name   string
		header string
		want   credential
		err    error
	}{
		{name: "token", header: "Bearer a.b.c", want: credential{schemeBearer, "a.b.c"}},
		{name: "key", header: "ApiKey abc", want: credential{schemeAPIKey, "abc"}},
		{name: "lower case", header: "bearer a.b.c", want: credential{schemeBearer, "a.b.c"}},
		{name: "upper case", header: "APIKEY abc", want: credential{schemeAPIKey, "abc"}},
		{name: "several spaces", header: "Bearer   a.b.c", want: credential{schemeBearer, "a.b.c"}},
		{name: "every token68 character", header: "ApiKey aZ09-._~+/==", want: credential{schemeAPIKey, "aZ09-._~+/=="}},
		{name: "maximum length", header: "Bearer " + long, want: credential{schemeBearer, long}},

		{name: "empty", header: "", err: auth.ErrMissing},
		{name: "only a scheme", header: "Bearer", err: auth.ErrMissing},
		{name: "only a scheme and a space", header: "Bearer ", err: auth.ErrMissing},
		{name: "too long", header: "Bearer " + long + "a", err: auth.ErrTooLarge},
		{name: "no scheme", header: "a.b.c", err: auth.ErrScheme},
		{name: "unknown scheme", header: "Basic YTpi", err: auth.ErrScheme},
		{name: "leading space", header: " Bearer a.b.c", err: auth.ErrScheme},
		{name: "tab as separator", header: "Bearer\ta.b.c", err: auth.ErrScheme},
		{name: "colon after the scheme", header: "Bearer: a.b.c", err: auth.ErrScheme},
		{name: "Kelvin sign", header: "Api\u212aey abc", err: auth.ErrScheme},
		{name: "long s", header: "Bea\u017fer a.b.c", err: auth.ErrScheme},
		{name: "tab after the space", header: "Bearer \ta.b.c", err: auth.ErrMalformed},
		{name: "trailing space", header: "Bearer a.b.c ", err: auth.ErrMalformed},
		{name: "trailing line feed", header: "Bearer a.b.c\n", err: auth.ErrMalformed},
		{name: "inner line break", header: "Bearer a.b\r\n.c", err: auth.ErrMalformed},
		{name: "trailing NUL", header: "Bearer a.b.c\x00", err: auth.ErrMalformed},
		{name: "two tokens", header: "Bearer a.b.c, Bearer a.b.c", err: auth.ErrMalformed},
		{name: "two tokens without a space", header: "Bearer a.b.c,a.b.c", err: auth.ErrMalformed},
		{name: "duplicate scheme", header: "Bearer Bearer a.b.c", err: auth.ErrMalformed},
		{name: "token as parameter", header: "Bearer token=a.b.c", err: auth.ErrMalformed},
		{name: "quoted token", header: `Bearer "a.b.c"`, err: auth.ErrMalformed},
		{name: "only padding", header: "ApiKey ==", err: auth.ErrMalformed},
		{name: "leading padding", header: "ApiKey =a", err: auth.ErrMalformed},
		{name: "full-width letters", header: "Bearer \uff41.b.c", err: auth.ErrMalformed},
		{name: "no-break space as separator", header: "Bearer\u00a0a.b.c", err: auth.ErrScheme},
		{name: "not UTF-8", header: "Bearer \xff.b.c", err: auth.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseHeader(tt.header)
			if tt.err != nil {
				assert.Equal(t, tt.err, err)
				return
			}
			assert.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestParseBareKey(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]error{
		"abc": nil, "aZ09-._~+/==": nil,
		"": auth.ErrMissing, "ApiKey abc": auth.ErrMalformed, " abc": auth.ErrMalformed, "abc,abc": auth.ErrMalformed,
		strings.Repeat("a", MaxBytes+1): auth.ErrTooLarge,
	} {
		got, err := parseBareKey(header)
		if want != nil {
			assert.Equal(t, want, err)
			continue
		}
		assert.NoError(t, err)
		assert.Equal(t, credential{schemeAPIKey, header}, got)
	}
}

// Every accepted header is a scheme, spaces and one credential, and nothing else.
func FuzzParseHeader(f *testing.F) {
	f.Fuzz(func(t *testing.T, header string) {
		c, err := parseHeader(header)
		if err != nil {
			assert.NotEmpty(t, auth.ReasonOf(err))
			return
		}
		scheme, rest, _ := strings.Cut(header, " ")
		assert.Equal(t, len(c.scheme), len(scheme))
		assert.True(t, strings.EqualFold(scheme, c.scheme))
		assert.Equal(t, c.value, strings.TrimLeft(rest, " "))
		assert.LessOrEqual(t, len(c.value), MaxBytes)
		assert.Empty(t, strings.Trim(c.value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/="))
		again, err := parseHeader(c.scheme + " " + c.value)
		assert.NoError(t, err)
		assert.Equal(t, c, again)
	})
}
