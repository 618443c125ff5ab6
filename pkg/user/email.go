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

// NormalizeEmail gives the form in which two addresses are compared: two users
// may not have addresses with the same form. It folds case, composes characters
// (Unicode NFC) and writes the domain as DNS has it (IDNA, UTS #46). The local
// part of an address is case-sensitive by RFC 5321, but no mail provider in use
// treats it so.
//
// Where folding could make one person's address out of another's, it refuses:
// characters with a compatibility form (ﬁ, full-width letters), letters outside
// ASCII that fold into it (the Kelvin sign, dotless i), invisible and control
// characters. Its errors are for the client, as they stand.
func NormalizeEmail(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	switch {
	case !utf8.ValidString(address), at < 1:
		return "", errEmailSyntax
	case len(address) > MaxEmailBytes, at > maxLocalBytes:
		return "", errEmailLength
	case !isAddrSpec(address):
		return "", errEmailSyntax
	}
	local, err := normalizeLocal(address[:at])
	if err != nil {
		return "", err
	}
	domain, err := normalizeDomain(address[at+1:])
	if err != nil {
		return "", err
	}
	return local + "@" + domain, nil
}

// isAddrSpec tells whether the text is an address alone (RFC 5322 addr-spec as
// dot-atoms): no display name, comment, quoting or white space.
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

// fold goes over the upper case, so that letters with two lower cases (Greek
// final sigma) come out the same.
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
