package auth

import "strings"

// MaxCredentialBytes is the most that a token or key may be long. API Gateway
// takes 10,240 bytes for all headers together.
const MaxCredentialBytes = 8 << 10

// The schemes, as they are compared: in lower case.
const (
	schemeBearer = "bearer" // RFC 6750
	schemeAPIKey = "apikey"
)

// credential is what the identity header holds.
type credential struct {
	scheme string // schemeBearer or schemeAPIKey
	value  string // 1 to MaxCredentialBytes characters of token68
}

// parseCredential reads a header value of the form "scheme token68" (RFC 9110,
// section 11.4). The scheme's name is case-insensitive, one or more spaces
// follow it, and then comes one credential: a list of two is refused. Its error
// is a Reason.
func parseCredential(header string) (credential, error) {
	if header == "" {
		return credential{}, Missing
	}
	name, value, found := strings.Cut(header, " ")
	c := credential{scheme: lower(name), value: strings.TrimLeft(value, " ")}
	switch {
	case c.scheme != schemeBearer && c.scheme != schemeAPIKey:
		return credential{}, Scheme
	case !found || c.value == "":
		return credential{}, Missing
	}
	return c, checkToken68(c.value)
}

// parseBareKey reads the value of a header that holds an API key and nothing
// else. Its error is a Reason.
func parseBareKey(header string) (credential, error) {
	if header == "" {
		return credential{}, Missing
	}
	return credential{scheme: schemeAPIKey, value: header}, checkToken68(header)
}

// checkToken68 checks a credential's length and characters: letters, digits and
// "-._~+/", then any number of "=" (RFC 9110, section 11.2). White space,
// control characters, commas and all that is not ASCII end here.
func checkToken68(s string) error {
	if len(s) > MaxCredentialBytes {
		return TooLarge
	}
	body := strings.TrimRight(s, "=")
	for _, c := range []byte(body) {
		if !isAlphanumeric(c) && !strings.ContainsRune("-._~+/", rune(c)) {
			return Malformed
		}
	}
	if body == "" {
		return Malformed
	}
	return nil
}

// lower folds the case of ASCII letters. strings.EqualFold would take the
// Kelvin sign for a "k", and strings.ToLower makes one of it.
func lower(s string) string {
	folded := []byte(s)
	for i, c := range folded {
		if c >= 'A' && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}
