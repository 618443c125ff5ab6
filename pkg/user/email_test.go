package user_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/user"
)

// address makes an address of n bytes with the longest labels there may be.
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

func TestNormalizeEmail(t *testing.T) {
	tests := []struct {
		name, address, want string
	}{
		{"plain", "ann@example.com", "ann@example.com"},
		{"case is folded", "Ann.Lee@EXAMPLE.com", "ann.lee@example.com"},
		{"plus stays: it is another mailbox", "ann+news@example.com", "ann+news@example.com"},
		{"every atext character", "a!#$%&'*+-/=?^_`{|}~b@example.com", "a!#$%&'*+-/=?^_`{|}~b@example.com"},
		{"local part in Unicode", "JOSÉ@example.com", "josé@example.com"},
		{"decomposed is composed", "jose\u0301@example.com", "jos\u00e9@example.com"},
		{"final sigma is sigma", "ΟΔΟΣ@example.com", "οδοσ@example.com"},
		{"final sigma as written", "οδος@example.com", "οδοσ@example.com"},
		{"domain in Unicode", "ann@BÜCHER.example", "ann@xn--bcher-kva.example"},
		{"domain decomposed", "ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"},
		{"domain as A-label", "ann@XN--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"254 bytes", address(254), address(254)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := user.NormalizeEmail(tt.address)
			assert.NoError(t, err)
			assert.Equal(t, tt.want, got)
			again, err := user.NormalizeEmail(got)
			assert.NoError(t, err)
			assert.Equal(t, got, again, "normalising twice changes nothing")
		})
	}
}

func TestNormalizeEmailRefuses(t *testing.T) {
	tests := []struct {
		name, address, want string
	}{
		{"empty", "", "valid email"},
		{"no @", "ann.example.com", "valid email"},
		{"two @", "ann@home@example.com", "valid email"},
		{"no local part", "@example.com", "valid email"},
		{"no domain", "ann@", "valid email"},
		{"space inside", "ann lee@example.com", "valid email"},
		{"space before", " ann@example.com", "valid email"},
		{"space after", "ann@example.com ", "valid email"},
		{"newline", "ann@example.com\n", "valid email"},
		{"header injection", "ann@example.com\r\nBcc: x@example.com", "valid email"},
		{"display name", "Ann <ann@example.com>", "valid email"},
		{"angle brackets", "<ann@example.com>", "valid email"},
		{"comment", "ann@example.com (Ann)", "valid email"},
		{"quoted local part", `"ann lee"@example.com`, "valid email"},
		{"two dots", "ann..lee@example.com", "valid email"},
		{"dot first", ".ann@example.com", "valid email"},
		{"dot last", "ann.@example.com", "valid email"},
		{"NUL", "ann\x00@example.com", "valid email"},
		{"invalid UTF-8", "ann\xff@example.com", "valid email"},
		{"list", "ann@example.com,bea@example.com", "valid email"},
		{"255 bytes", address(255), "254 bytes"},
		{"local part of 65 bytes", strings.Repeat("a", 65) + "@example.com", "254 bytes"},
		{"one label", "ann@localhost", "domain"},
		{"IP address", "ann@127.0.0.1", "domain"},
		{"domain literal", "ann@[127.0.0.1]", "email address"},
		{"underscore in domain", "ann@exa_mple.com", "domain"},
		{"label starts with a hyphen", "ann@-example.com", "domain"},
		{"label of 64 bytes", "ann@" + strings.Repeat("b", 64) + ".example", "domain"},
		{"broken A-label", "ann@xn--a.example", "domain"},
		{"trailing dot", "ann@example.com.", "email"},
		{"Kelvin sign", "\u212aim@example.com", "look-alike"},
		{"dotless i", "\u0131an@example.com", "look-alike"},
		{"dotted capital I", "\u0130an@example.com", "look-alike"},
		{"long s", "\u017fam@example.com", "look-alike"},
		{"full width", "\uff41nn@example.com", "look-alike"},
		{"ligature", "\ufb01n@example.com", "look-alike"},
		{"zero width space", "an\u200bn@example.com", "look-alike"},
		{"right-to-left override", "an\u202en@example.com", "look-alike"},
		{"replacement character", "an\ufffdn@example.com", "look-alike"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := user.NormalizeEmail(tt.address)
			assert.ErrorContains(t, err, tt.want)
			assert.Empty(t, got)
		})
	}
}

func FuzzNormalizeEmail(f *testing.F) {
	for _, s := range []string{"ann@example.com", "JOSÉ@BÜCHER.example", "a@b@c", "ΟΔΟΣ@example.com", "a\xff@b.c", "@", "ǰ@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := user.NormalizeEmail(s)
		if err != nil {
			return
		}
		again, err := user.NormalizeEmail(got)
		if err == nil { // folding may lengthen an address beyond the limit
			assert.Equal(t, got, again, "not idempotent for %q", s)
		}
		upper, err := user.NormalizeEmail(strings.ToUpper(got[:strings.LastIndexByte(got, '@')]) + got[strings.LastIndexByte(got, '@'):])
		if err == nil && !strings.ContainsFunc(got, func(r rune) bool { return r > 127 }) {
			assert.Equal(t, got, upper, "case matters for %q", s)
		}
	})
}
