package user_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/unicode/norm"

	"users-api/pkg/user"
)

// normalize returns the normalized form of an address.
func normalize(address string) (string, error) {
	email, err := user.ParseEmail(address)
	return email.Normalized(), err
}

// address returns an address of n bytes, with labels of up to 60 bytes.
func address(n int) string {
	s := strings.Repeat("a", 64) + "@"
	for rest := n - len(s) - len(".example"); rest > 0; {
		label := min(rest, 60)
		s += strings.Repeat("b", label)
		if rest -= label; rest > 1 {
			s += "."
			rest--
		}
	}
	return s + ".example"
}

func TestParseEmail(t *testing.T) {
	tests := []struct {
		name, address, want string
	}{
		{name: "plain", address: "ann@example.com", want: "ann@example.com"},
		{name: "upper case", address: "Ann.Lee@EXAMPLE.com", want: "ann.lee@example.com"},
		{name: "plus sign", address: "ann+news@example.com", want: "ann+news@example.com"},
		{name: "every atext character", address: "a!#$%&'*+-/=?^_`{|}~b@example.com", want: "a!#$%&'*+-/=?^_`{|}~b@example.com"},
		{name: "Unicode local part", address: "JOSÉ@example.com", want: "josé@example.com"},
		{name: "decomposed local part", address: "jose\u0301@example.com", want: "jos\u00e9@example.com"},
		{name: "iota subscript", address: "\u1fb3nna@example.com", want: "\u1fb3nna@example.com"},
		{name: "iota subscript decomposed", address: "\u03b1\u0345nna@example.com", want: "\u1fb3nna@example.com"},
		{name: "iota beside it is another address", address: "\u03b1\u03b9nna@example.com", want: "\u03b1\u03b9nna@example.com"},
		{name: "upper-case sigma", address: "ΟΔΟΣ@example.com", want: "οδοσ@example.com"},
		{name: "final sigma", address: "οδος@example.com", want: "οδοσ@example.com"},
		{name: "Unicode domain", address: "ann@BÜCHER.example", want: "ann@xn--bcher-kva.example"},
		{name: "decomposed domain", address: "ann@bu\u0308cher.example", want: "ann@xn--bcher-kva.example"},
		{name: "A-label domain", address: "ann@XN--bcher-kva.example", want: "ann@xn--bcher-kva.example"},
		{name: "254 bytes", address: address(254), want: address(254)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := normalize(tt.address)
			assert.NoError(t, err)
			assert.Equal(t, tt.want, got)
			again, err := normalize(got)
			assert.NoError(t, err)
			assert.Equal(t, got, again, "normalizing again must change nothing")
		})
	}
}

func TestParseEmailRefuses(t *testing.T) {
	tests := []struct {
		name, address, want string
	}{
		{name: "empty", want: "valid email"},
		{name: "no @", address: "ann.example.com", want: "valid email"},
		{name: "two @", address: "ann@home@example.com", want: "valid email"},
		{name: "no local part", address: "@example.com", want: "valid email"},
		{name: "no domain", address: "ann@", want: "valid email"},
		{name: "inner space", address: "ann lee@example.com", want: "valid email"},
		{name: "leading space", address: " ann@example.com", want: "valid email"},
		{name: "trailing space", address: "ann@example.com ", want: "valid email"},
		{name: "trailing newline", address: "ann@example.com\n", want: "valid email"},
		{name: "header injection", address: "ann@example.com\r\nBcc: x@example.com", want: "valid email"},
		{name: "display name", address: "Ann <ann@example.com>", want: "valid email"},
		{name: "angle brackets", address: "<ann@example.com>", want: "valid email"},
		{name: "comment", address: "ann@example.com (Ann)", want: "valid email"},
		{name: "quoted local part", address: `"ann lee"@example.com`, want: "valid email"},
		{name: "two dots", address: "ann..lee@example.com", want: "valid email"},
		{name: "leading dot", address: ".ann@example.com", want: "valid email"},
		{name: "trailing dot in local part", address: "ann.@example.com", want: "valid email"},
		{name: "NUL", address: "ann\x00@example.com", want: "valid email"},
		{name: "invalid UTF-8", address: "ann\xff@example.com", want: "valid email"},
		{name: "list", address: "ann@example.com,bea@example.com", want: "valid email"},
		{name: "255 bytes", address: address(255), want: "254 bytes"},
		{name: "local part of 65 bytes", address: strings.Repeat("a", 65) + "@example.com", want: "254 bytes"},
		{name: "domain of one label", address: "ann@localhost", want: "domain"},
		{name: "IP address", address: "ann@127.0.0.1", want: "domain"},
		{name: "domain literal", address: "ann@[127.0.0.1]", want: "email address"},
		{name: "underscore in domain", address: "ann@exa_mple.com", want: "domain"},
		{name: "label with leading hyphen", address: "ann@-example.com", want: "domain"},
		{name: "label of 64 bytes", address: "ann@" + strings.Repeat("b", 64) + ".example", want: "domain"},
		{name: "broken A-label", address: "ann@xn--a.example", want: "domain"},
		{name: "trailing dot in domain", address: "ann@example.com.", want: "email"},
		{name: "Kelvin sign", address: "\u212aim@example.com", want: "look-alike"},
		{name: "dotless i", address: "\u0131an@example.com", want: "look-alike"},
		{name: "dotted capital I", address: "\u0130an@example.com", want: "look-alike"},
		{name: "long s", address: "\u017fam@example.com", want: "look-alike"},
		{name: "full width", address: "\uff41nn@example.com", want: "look-alike"},
		{name: "ligature", address: "\ufb01n@example.com", want: "look-alike"},
		{name: "variation selector", address: "ann\ufe0f@example.com", want: "look-alike"},
		{name: "combining grapheme joiner", address: "ann\u034f@example.com", want: "look-alike"},
		{name: "Hangul filler", address: "ann\u115f@example.com", want: "look-alike"},
		{name: "Braille blank", address: "ann\u2800@example.com", want: "look-alike"},
		{name: "Greek varia, equivalent to a grave accent", address: "ann\u1fef@example.com", want: "look-alike"},
		{name: "Greek question mark, equivalent to a semicolon", address: "ann\u037e@example.com", want: "valid email"},
		{name: "iota subscript that does not compose", address: "x\u0345@example.com", want: "look-alike"},
		{name: "full width in the domain", address: "ann@\uff45xample.com", want: "look-alike"},
		{name: "ideographic full stop", address: "ann@example\u3002com", want: "domain"},
		{name: "variation selector in the domain", address: "ann@exa\ufe0fmple.com", want: "look-alike"},
		{name: "zero width space", address: "an\u200bn@example.com", want: "look-alike"},
		{name: "right-to-left override", address: "an\u202en@example.com", want: "look-alike"},
		{name: "replacement character", address: "an\ufffdn@example.com", want: "look-alike"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := normalize(tt.address)
			assert.ErrorContains(t, err, tt.want)
			assert.Empty(t, got)
		})
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{
		"ann@example.com", "JOSÉ@BÜCHER.example", "a@b@c", "ΟΔΟΣ@example.com", "a\xff@b.c", "@", "ǰ@example.com",
		"\u1fb3nna@example.com", "\u03b1\u0345nna@example.com", "\u03b1\u03b9nna@example.com", // case is folded after composing
		"a\u1fefb@example.com", "a\u037eb@example.com", "\u212ab@example.com", "a@\u212ab.example", // composed into others
		"ann\ufe0f@example.com", "a\u034fb@example.com", "\u115f@example.com", "a\u2800@example.com", "a\u00ad@ex\u200dample.com", // invisible
		"\u0130@example.com", "\ufb01@example.com", "ß@ß.example", "a@xn--mnchen-3ya.example", "a@ex\uff0eample", "a@\u3002b", // IDN
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkNormalization(t, s)
		got, err := normalize(s)
		if err != nil || !isASCII(got) {
			return
		}
		at := strings.LastIndexByte(got, '@')
		upper, err := normalize(strings.ToUpper(got[:at]) + got[at:])
		assert.NoError(t, err)
		assert.Equal(t, got, upper, "case matters for %q", s)
	})
}

// checkNormalization checks that N(x) = N(NFC x) = N(NFD x) = N(N(x)), and that no character outside
// ASCII normalizes into it.
func checkNormalization(t *testing.T, address string) {
	t.Helper()
	n, err := normalize(address)
	if err != nil {
		return
	}
	for _, same := range []string{norm.NFC.String(address), norm.NFD.String(address), n} {
		got, err := normalize(same)
		if len(same) <= user.MaxEmailBytes { // decomposing makes an address longer
			assert.NoError(t, err, "%+q is accepted, and %+q is not", address, same)
			assert.Equal(t, n, got, "%+q and %+q are equivalent", address, same)
		}
	}
	at, nAt := strings.LastIndexByte(address, '@'), strings.LastIndexByte(n, '@')
	assert.False(t, isASCII(n[:nAt]) && !isASCII(address[:at]), "%+q normalizes into ASCII: %s", address, n)
	assert.False(t, !isASCII(address[at:]) && !strings.Contains(n[nAt:], "xn--"), "%+q normalizes into ASCII: %s", address, n)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
