package user

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// blanks are characters that show nothing although their category is one of visible characters:
// BRAILLE PATTERN BLANK, MUSICAL SYMBOL NULL NOTEHEAD, EGYPTIAN HIEROGLYPH FULL and HALF BLANK, and
// KHITAN SMALL SCRIPT FILLER.
const blanks = "\u2800\U0001d159\U00013441\U00013442\U00016fe4"

// isInvisible reports whether a character shows nothing: Unicode's Default_Ignorable_Code_Point,
// format characters, white space, and blanks.
func isInvisible(r rune) bool {
	return strings.ContainsRune(blanks, r) ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Cf, unicode.Z)
}

// isOneLine reports whether a text has no control character, no line or paragraph separator, no
// bidirectional override, and no character that replaces one that could not be decoded.
func isOneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r == utf8.RuneError || r == '\u202d' || r == '\u202e'
	})
}

// hasClosedBidi reports whether each embedding and isolate in a text is closed, so that it does not
// change the direction of what follows (UAX #9, section 2).
func hasClosedBidi(s string) bool {
	var open []rune // what closes each
	for _, r := range s {
		switch r {
		case '\u202a', '\u202b': // LRE, RLE
			open = append(open, '\u202c')
		case '\u2066', '\u2067', '\u2068': // LRI, RLI, FSI
			open = append(open, '\u2069')
		case '\u202c', '\u2069': // PDF, PDI
			if len(open) == 0 || open[len(open)-1] != r {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// visible returns the number of characters that show something: those of text, and marks that
// follow one. Others are unassigned, private or no characters.
func visible(s string) int {
	n := 0
	for _, r := range s {
		if !isInvisible(r) && (unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) || n > 0 && unicode.Is(unicode.M, r)) {
			n++
		}
	}
	return n
}
