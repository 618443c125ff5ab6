package credential

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
)

// claims are what is read of a token's payload (RFC 7519, section 4.1; scope: RFC 8693, section
// 4.2). It is a jwt.Claims, which golang-jwt decodes by UnmarshalJSON.
type claims struct {
	Issuer      string           `json:"iss"`
	Subject     string           `json:"sub"`
	Audience    jwt.ClaimStrings `json:"aud"`
	Expires     *numericDate     `json:"exp"`
	NotBefore   *numericDate     `json:"nbf"`
	IssuedAt    *numericDate     `json:"iat"`
	Scope       scopeList        `json:"scope"`
	Scp         scopeList        `json:"scp"`
	Permissions scopeList        `json:"permissions"`
	ClientID    string           `json:"client_id"` // RFC 8693, section 4.3
	Use         string           `json:"token_use"` // Amazon Cognito's: access or id
}

// UnmarshalJSON decodes the claims. It compares names exactly, and refuses an object with a
// duplicate member or a member of the wrong type.
func (c *claims) UnmarshalJSON(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("claims are not UTF-8")
	}
	type plain claims // without this method
	return json.Unmarshal(data, (*plain)(c))
}

// granted returns this API's scopes in the first of scope, scp and permissions that has one. The
// three are not combined: if an issuer sends both what the client asked for (scope) and everything
// that its user may do (permissions), a client that asked for less gets less. Each scope must have
// the prefix: Amazon Cognito puts the resource server's identifier there, "orders-api/users:read".
func (c *claims) granted(prefix string) []auth.Scope {
	for _, list := range []scopeList{c.Scope, c.Scp, c.Permissions} {
		var own []string
		for _, s := range list {
			if scope, ok := strings.CutPrefix(s, prefix); ok {
				own = append(own, scope)
			}
		}
		if known := auth.KnownScopes(own); len(known) > 0 {
			return known
		}
	}
	return nil
}

// The methods of jwt.Claims.

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) {
	return (*jwt.NumericDate)(c.Expires), nil
}
func (c *claims) GetNotBefore() (*jwt.NumericDate, error) {
	return (*jwt.NumericDate)(c.NotBefore), nil
}
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error) { return (*jwt.NumericDate)(c.IssuedAt), nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error) { return c.Audience, nil }
func (c *claims) GetIssuer() (string, error)             { return c.Issuer, nil }
func (c *claims) GetSubject() (string, error)            { return c.Subject, nil }

// numericDate is a number of seconds since 1970, which may have a fraction (RFC 7519, section 2).
type numericDate jwt.NumericDate

// maxSeconds is the last second of the year 9999. Later times overflow in places, and a token that
// is valid for so long is a mistake.
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

// scopeList is a string with spaces between the scopes (RFC 6749, section 3.3), or an array.
type scopeList []string

func (l *scopeList) UnmarshalJSON(data []byte) error {
	err := (*jwt.ClaimStrings)(l).UnmarshalJSON(data)
	if data[0] == '"' && err == nil {
		*l = strings.Split((*l)[0], " ")
	}
	return err
}
