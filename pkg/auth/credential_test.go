package auth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseCredential(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", MaxCredentialBytes)
	for _, tt := range []struct {
		name   string
		header string
		want   credential
		err    error
	}{
		{name: "a token", header: "Bearer a.b.c", want: credential{schemeBearer, "a.b.c"}},
		{name: "a key", header: "ApiKey abc", want: credential{schemeAPIKey, "abc"}},
		{name: "lower case", header: "bearer a.b.c", want: credential{schemeBearer, "a.b.c"}},
		{name: "upper case", header: "APIKEY abc", want: credential{schemeAPIKey, "abc"}},
		{name: "several spaces", header: "Bearer   a.b.c", want: credential{schemeBearer, "a.b.c"}},
		{name: "all of token68", header: "ApiKey aZ09-._~+/==", want: credential{schemeAPIKey, "aZ09-._~+/=="}},
		{name: "as long as it may be", header: "Bearer " + long, want: credential{schemeBearer, long}},

		{name: "nothing", header: "", err: Missing},
		{name: "a scheme alone", header: "Bearer", err: Missing},
		{name: "a scheme and a space", header: "Bearer ", err: Missing},
		{name: "too long", header: "Bearer " + long + "a", err: TooLarge},
		{name: "no scheme", header: "a.b.c", err: Scheme},
		{name: "another scheme", header: "Basic YTpi", err: Scheme},
		{name: "a space in front", header: " Bearer a.b.c", err: Scheme},
		{name: "a tab between", header: "Bearer\ta.b.c", err: Scheme},
		{name: "a colon behind the scheme", header: "Bearer: a.b.c", err: Scheme},
		{name: "a Kelvin sign", header: "Api\u212aey abc", err: Scheme},
		{name: "a long s", header: "Bea\u017fer a.b.c", err: Scheme},
		{name: "a tab behind the space", header: "Bearer \ta.b.c", err: Malformed},
		{name: "a space behind", header: "Bearer a.b.c ", err: Malformed},
		{name: "a line feed behind", header: "Bearer a.b.c\n", err: Malformed},
		{name: "a line within", header: "Bearer a.b\r\n.c", err: Malformed},
		{name: "a NUL", header: "Bearer a.b.c\x00", err: Malformed},
		{name: "two tokens", header: "Bearer a.b.c, Bearer a.b.c", err: Malformed},
		{name: "two tokens without a space", header: "Bearer a.b.c,a.b.c", err: Malformed},
		{name: "a scheme twice", header: "Bearer Bearer a.b.c", err: Malformed},
		{name: "a parameter", header: "Bearer token=a.b.c", err: Malformed},
		{name: "quotes", header: `Bearer "a.b.c"`, err: Malformed},
		{name: "padding alone", header: "ApiKey ==", err: Malformed},
		{name: "padding in front", header: "ApiKey =a", err: Malformed},
		{name: "full-width letters", header: "Bearer \uff41.b.c", err: Malformed},
		{name: "no-break space", header: "Bearer\u00a0a.b.c", err: Scheme},
		{name: "not UTF-8", header: "Bearer \xff.b.c", err: Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseCredential(tt.header)
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
		"": Missing, "ApiKey abc": Malformed, " abc": Malformed, "abc,abc": Malformed,
		strings.Repeat("a", MaxCredentialBytes+1): TooLarge,
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

// Whatever a header holds, what is taken from it is one credential that stands
// in it, behind its scheme, and nothing else does.
func FuzzParseCredential(f *testing.F) {
	f.Fuzz(func(t *testing.T, header string) {
		c, err := parseCredential(header)
		if err != nil {
			assert.NotEmpty(t, ReasonOf(err))
			return
		}
		scheme, rest, _ := strings.Cut(header, " ")
		assert.Equal(t, len(c.scheme), len(scheme))
		assert.True(t, strings.EqualFold(scheme, c.scheme))
		assert.Equal(t, c.value, strings.TrimLeft(rest, " "))
		assert.LessOrEqual(t, len(c.value), MaxCredentialBytes)
		assert.Empty(t, strings.Trim(c.value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/="))
		again, err := parseCredential(c.scheme + " " + c.value)
		assert.NoError(t, err)
		assert.Equal(t, c, again)
	})
}
