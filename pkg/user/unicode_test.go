//go:build !race

package user_test

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

// All of Unicode, in local part and domain. The race detector would make it take six times as long,
// and there is nothing to race.
func TestNormalizationOverUnicode(t *testing.T) {
	t.Parallel()
	forms := []func(r rune) string{
		func(r rune) string { return "a" + string(r) + "b@example.com" },
		func(r rune) string { return string(r) + "@example.com" },
		func(r rune) string { return "\u03b1" + string(r) + "@example.com" },
		func(r rune) string { return "ann@a" + string(r) + "b.example" },
		func(r rune) string { return "ann@\u03b1" + string(r) + ".example" },
	}
	for r := rune(utf8.RuneSelf); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		some := forms
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cf) || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Tangut) {
			some = forms[:1] // the rest of Unicode, and scripts of which each character behaves the same
		}
		for _, form := range some {
			checkNormalization(t, form(r))
			if t.Failed() {
				return
			}
		}
	}
}
