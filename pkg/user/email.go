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
// If folding could turn one person's address into another's, it refuses: characters with a
// compatibility form (ﬁ, full-width letters), letters outside ASCII that fold into it (the Kelvin
// sign, dotless i), invisible and control characters. The text of an error is meant for the client.
func ParseEmail(address string) (Email, error) {
	at := strings.LastIndexByte(address, '@')
	switch {
	case !utf8.ValidString(address), at < 1:
		return Email{}, errEmailSyntax
	case len(address) > MaxEmailBytes, at > maxLocalBytes:
		return Email{}, errEmailLength
	case !isAddrSpec(address):
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

func normalizeLocal(s string) (string, error) {
	if !norm.NFKC.IsNormalString(norm.NFC.String(s)) || strings.ContainsFunc(s, unsafeInEmail) {
		return "", errEmailUnsafe
	}
	return norm.NFC.String(strings.Map(fold, s)), nil
}

// fold returns the lower case of a letter's upper case, so that two lower cases of one letter
// (Greek sigma and final sigma) become one.
func fold(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

func unsafeInEmail(r rune) bool {
	if r < utf8.RuneSelf {
		return false
	}
	return fold(r) < utf8.RuneSelf || r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

func normalizeDomain(s string) (string, error) {
	domain, err := idna.New(
		idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true),
		idna.StrictDomainName(true), idna.VerifyDNSLength(true), idna.Transitional(false),
	).ToASCII(s)
	if err != nil {
		return "", errEmailDomain
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	if len(last) == len(domain) || strings.Trim(last, "0123456789") == "" {
		return "", errEmailDomain // a bare host name or an IP address
	}
	return domain, nil
}
