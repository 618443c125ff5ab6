package credential

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4/json"

	"users-api/pkg/auth"
	"users-api/pkg/env"
)

// MaxBytes is the greatest length of a token or key. API Gateway accepts 10,240 for all headers.
const MaxBytes = 8 << 10

// The schemes in lower case, as they are compared.
const (
	schemeBearer = "bearer" // RFC 6750
	schemeAPIKey = "apikey"
)

// credential is the content of the identity header.
type credential struct {
	scheme string // schemeBearer or schemeAPIKey
	value  string // 1 to MaxBytes characters of token68
}

// parseHeader reads a header value of the form "scheme token68" (RFC 9110, section 11.4). The
// scheme's name is case-insensitive, followed by one or more spaces and one credential: a list of
// two is refused. Its error is an auth.Reason.
func parseHeader(header string) (credential, error) {
	name, value, _ := strings.Cut(header, " ")
	c := credential{scheme: lower(name), value: strings.TrimLeft(value, " ")}
	if header != "" && c.scheme != schemeBearer && c.scheme != schemeAPIKey {
		return credential{}, auth.ErrScheme
	}
	return c, checkToken68(c.value)
}

// parseBareKey reads the value of a header that holds only an API key. Its error is an auth.Reason.
func parseBareKey(header string) (credential, error) {
	return credential{scheme: schemeAPIKey, value: header}, checkToken68(header)
}

// checkToken68 checks a credential's length and characters: letters, digits and "-._~+/", then any
// number of "=" (RFC 9110, section 11.2). White space, control characters, commas and everything
// outside ASCII are refused.
func checkToken68(s string) error {
	switch {
	case s == "":
		return auth.ErrMissing
	case len(s) > MaxBytes:
		return auth.ErrTooLarge
	case !env.IsName(strings.TrimRight(s, "="), "-._~+/"):
		return auth.ErrMalformed
	}
	return nil
}

// lower folds the case of ASCII letters. strings.EqualFold would take the Kelvin sign for a "k",
// and strings.ToLower turns it into one.
func lower(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, s)
}

// joseHeader is what is read of a token's JOSE header (RFC 7515, section 4.1). Other members are
// ignored, as section 4 requires.
type joseHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// refusedMembers ask for another way to verify, or carry or point at the key to verify with.
var refusedMembers = []string{"crit", "b64", "zip", "enc", "cty", "jwk", "jku", "x5c", "x5u"}

// parseJOSEHeader reads the header of a token and checks what needs no key. Its error is a Reason.
func parseJOSEHeader(token string) (joseHeader, error) {
	encoded, rest, _ := strings.Cut(token, ".")
	if strings.Count(rest, ".") != 1 {
		return joseHeader{}, auth.ErrMalformed
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || !utf8.Valid(decoded) {
		return joseHeader{}, auth.ErrMalformed
	}
	var h joseHeader
	var members map[string]json.RawMessage
	err = errors.Join(json.Unmarshal(decoded, &h), json.Unmarshal(decoded, &members))
	h.Algorithm = canonical(h.Algorithm)
	refused := func(name string) bool { _, ok := members[name]; return ok }
	switch {
	case slices.ContainsFunc(refusedMembers, refused):
		return joseHeader{}, auth.ErrHeader
	case err != nil, h.Algorithm == "":
		return joseHeader{}, auth.ErrMalformed
	case !h.isAccessToken():
		return joseHeader{}, auth.ErrHeader
	}
	return h, nil
}

// isAccessToken reports whether the token's type is absent or that of an access token (RFC 9068,
// section 2.1). The same issuer also signs logout tokens, security events and proofs of possession,
// which have types of their own.
func (h joseHeader) isAccessToken() bool {
	return slices.Contains([]string{"", "jwt", "at+jwt"}, strings.TrimPrefix(lower(h.Type), "application/"))
}
