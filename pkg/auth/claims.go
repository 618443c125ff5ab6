package auth

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

// claims is what a token says (RFC 7519, section 4.1; scope: RFC 8693, section
// 4.2). It is a jwt.Claims, which golang-jwt decodes by UnmarshalJSON.
type claims struct {
	Issuer      string       `json:"iss"`
	Subject     string       `json:"sub"`
	Audience    stringOrList `json:"aud"`
	Expires     *numericDate `json:"exp"`
	NotBefore   *numericDate `json:"nbf"`
	IssuedAt    *numericDate `json:"iat"`
	Scope       scopeList    `json:"scope"`
	Scp         scopeList    `json:"scp"`
	Permissions scopeList    `json:"permissions"`
}

// UnmarshalJSON decodes the claims with exact names, and refuses an object that
// has a member twice and a member of another type than it must have.
func (c *claims) UnmarshalJSON(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("claims are not UTF-8")
	}
	type plain claims // without this method
	return json.Unmarshal(data, (*plain)(c))
}

// granted gives the scopes: of scope, scp and permissions the first that holds
// one of this API's. They are not added up: where an issuer sends both what the
// client asked for (scope) and all that its user may do (permissions), a client
// that asked for less gets less.
func (c *claims) granted() []string {
	for _, list := range []scopeList{c.Scope, c.Scp, c.Permissions} {
		if known := knownScopes(list); len(known) > 0 {
			return known
		}
	}
	return nil
}

// The methods of jwt.Claims.

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.Expires.date(), nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.NotBefore.date(), nil }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return c.IssuedAt.date(), nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return jwt.ClaimStrings(c.Audience), nil }
func (c *claims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *claims) GetSubject() (string, error)                  { return c.Subject, nil }

// numericDate is a number of seconds since 1970, which may have a fraction (RFC
// 7519, section 2).
type numericDate struct{ time.Time }

// maxSeconds is the last second of the year 9999. Beyond it times overflow
// somewhere, and a token that lasts so long is a mistake.
const maxSeconds = 253402300799

func (d *numericDate) UnmarshalJSON(data []byte) error {
	seconds, err := strconv.ParseFloat(string(data), 64)
	if err != nil || seconds < 0 || seconds > maxSeconds {
		return errors.New("a time must be a number of seconds since 1970")
	}
	whole := int64(seconds)
	d.Time = time.Unix(whole, int64((seconds-float64(whole))*1e9))
	return nil
}

func (d *numericDate) date() *jwt.NumericDate {
	if d == nil {
		return nil
	}
	return &jwt.NumericDate{Time: d.Time}
}

// stringOrList is a string or an array of strings, as aud is.
type stringOrList []string

func (l *stringOrList) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		return json.Unmarshal(data, (*[]string)(l))
	}
	*l = make([]string, 1)
	return json.Unmarshal(data, &(*l)[0])
}

// scopeList is a list of scopes: a string with spaces between them (RFC 6749,
// section 3.3), or an array.
type scopeList []string

func (l *scopeList) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		return json.Unmarshal(data, (*[]string)(l))
	}
	var s string
	err := json.Unmarshal(data, &s)
	*l = strings.Split(s, " ")
	return err
}
