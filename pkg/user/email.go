package user

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// What is wrong with an address, in words for the client.
var (
	errEmailSyntax = errors.New("must be a valid email address")
	errEmailLength = errors.New("must be an email address of at most 254 bytes, 64 of them before the @")
	errEmailDomain = errors.New("must be an email address with a valid domain name")
	errEmailUnsafe = errors.New("must be an email address without look-alike or invisible characters")
)

const maxLocalBytes = 64 // RFC 5321, section 4.5.3.1.1

// Email is a valid address, as the client wrote it and in the normalized form by which two
// addresses are compared. The zero value is no address.
type Email struct{ written, normalized string }

// ParseEmail checks and normalizes an address. Normalizing folds case, composes characters (Unicode
// NFC) and writes the domain as DNS has it (IDNA, UTS #46). The local part is case-sensitive by RFC
// 5321, but no mail provider in use treats it so.
//
// It refuses characters by which one person's address could be taken for another's: those that are
// equivalent to ASCII or fold into it, those with a compatibility form (ﬁ), invisible and control
// characters. The text of an error is meant for the client.
func ParseEmail(address string) (Email, error) {
	at := strings.LastIndexByte(address, '@')
	switch {
	case !utf8.ValidString(address), at < 1:
		return Email{}, errEmailSyntax
	case len(address) > MaxEmailBytes, at > maxLocalBytes:
		return Email{}, errEmailLength
	case !isAddrSpec(address), !isAddrSpec(norm.NFD.String(address)): // ≮ decomposes into < and a mark
		return Email{}, errEmailSyntax
	}
	local, err := normalizeLocal(address[:at])
	if err != nil {
		return Email{}, err
	}
	domain, err := normalizeDomain(address[at+1:])
	if err != nil {
		return Email{}, err
	}
	return Email{written: address, normalized: local + "@" + domain}, nil
}

// String returns the address as the client wrote it.
func (e Email) String() string { return e.written }

// Normalized returns the form by which addresses are compared.
func (e Email) Normalized() string { return e.normalized }

// MarshalText returns the address as the client wrote it.
func (e Email) MarshalText() ([]byte, error) { return []byte(e.written), nil }

// isAddrSpec reports whether the text is a bare address (RFC 5322 addr-spec as dot-atoms), without
// display name, comment, quotes or white space.
func isAddrSpec(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s
}

// normalizeLocal composes before it folds case, as Unicode's caseless matching does (The Unicode
// Standard, section 3.13, D145), so that an address and its decomposed form have one normalized
// form.
func normalizeLocal(s string) (string, error) {
	composed := norm.NFC.String(s)
	if becomesASCII(s) || !norm.NFKC.IsNormalString(composed) || strings.ContainsFunc(composed, unsafeInEmail) {
		return "", errEmailUnsafe
	}
	folded := norm.NFC.String(strings.Map(fold, composed))
	if again := norm.NFC.String(strings.Map(fold, folded)); again != folded {
		return "", errEmailUnsafe
	}
	return folded, nil
}

// becomesASCII reports whether a character outside ASCII, composed or decomposed, is equivalent to
// one inside (U+212A KELVIN SIGN, U+037E GREEK QUESTION MARK, U+FF21).
func becomesASCII(s string) bool {
	return strings.ContainsFunc(s+norm.NFD.String(s), func(r rune) bool {
		return r >= utf8.RuneSelf && isASCII(norm.NFKC.String(string(r)))
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// fold returns the lower case of a letter's upper case, so that two lower cases of one letter
// (Greek sigma and final sigma) become one.
func fold(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// unsafeInEmail reports whether a character is invisible, folds into another kind of character
// (U+0345 into a letter, U+0131 into ASCII), or is no part of text.
func unsafeInEmail(r rune) bool {
	if r < utf8.RuneSelf {
		return false
	}
	folded := fold(r)
	return folded < utf8.RuneSelf || unicode.Is(unicode.M, r) && folded != r || isInvisible(r) ||
		r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

// normalizeDomain refuses characters outside ASCII that IDNA maps into it: a label that has any
// must become an A-label.
func normalizeDomain(s string) (string, error) {
	joiner := func(r rune) bool { return r == '\u200c' || r == '\u200d' } // idna checks them
	if becomesASCII(s) || strings.ContainsFunc(s, func(r rune) bool { return isInvisible(r) && !joiner(r) }) {
		return "", errEmailUnsafe
	}
	profile := idna.New(
		idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true),
		idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.Transitional(false),
	)
	domain, err := profile.ToASCII(norm.NFC.String(s)) // it maps U+0345 before it composes
	if err == nil {
		domain, err = profile.ToASCII(domain) // an A-label must be valid by itself
	}
	if err != nil {
		return "", errEmailDomain
	}
	written, labels := strings.Split(s, "."), strings.Split(domain, ".")
	last := labels[len(labels)-1]
	if len(labels) == 1 || strings.Trim(last, "0123456789") == "" || len(written) != len(labels) {
		return "", errEmailDomain // a bare host name or an IP address
	}
	for i, label := range written {
		if !isASCII(label) && !strings.HasPrefix(labels[i], "xn--") {
			return "", errEmailUnsafe
		}
	}
	return domain, nil
}
