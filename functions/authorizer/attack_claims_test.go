package main

import (
	"fmt"
	"strings"
	"time"

	"users-api/pkg/auth"
)

// withClaims returns a correctly signed token with changed claims.
func withClaims(name string, want auth.Reason, changes ...string) attack {
	return attack{name, "Bearer " + hs256(goodHeader, claims(changes...)), want}
}

// withMember returns a correctly signed token with a member added to its claims, which may have it
// already.
func withMember(name string, want auth.Reason, member string) attack {
	return attack{name, "Bearer " + hs256(goodHeader, addMember(claims(), member)), want}
}

// hostileClaims returns tokens for another API, from another issuer, or with claims that are
// missing or malformed.
func hostileClaims() []attack {
	return []attack{
		withClaims("no issuer", auth.ErrClaims, "iss", ""),
		withClaims("empty issuer", auth.ErrClaims, "iss", `""`),
		withClaims("null issuer", auth.ErrClaims, "iss", `null`),
		withClaims("another issuer", auth.ErrIssuer, "iss", `"https://attacker.example/"`),
		withClaims("issuer in upper case", auth.ErrIssuer, "iss", `"HTTPS://ISSUER.EXAMPLE/"`),
		withClaims("issuer without trailing slash", auth.ErrIssuer, "iss", `"https://issuer.example"`),
		withClaims("issuer with suffix", auth.ErrIssuer, "iss", `"https://issuer.example/.attacker.example"`),
		withClaims("issuer with trailing space", auth.ErrIssuer, "iss", `"https://issuer.example/ "`),
		withClaims("array as issuer", auth.ErrMalformed, "iss", `["`+issuer+`"]`),
		withClaims("number as issuer", auth.ErrMalformed, "iss", `1`),
		withClaims("member ISS", auth.ErrClaims, "iss", "", "ISS", `"`+issuer+`"`),
		withMember("duplicate issuer", auth.ErrMalformed, `"iss":"`+issuer+`"`),
		withClaims("no audience", auth.ErrClaims, "aud", ""),
		withClaims("empty audience", auth.ErrClaims, "aud", `""`),
		withClaims("null audience", auth.ErrClaims, "aud", `null`),
		withClaims("another audience", auth.ErrAudience, "aud", `"https://orders.example"`),
		withClaims("other audiences", auth.ErrAudience, "aud", `["https://orders.example","https://bills.example"]`),
		withClaims("empty array as audience", auth.ErrClaims, "aud", `[]`),
		withClaims("audience in upper case", auth.ErrAudience, "aud", `"HTTPS://USERS.EXAMPLE"`),
		withClaims("audience with suffix", auth.ErrAudience, "aud", `"https://users.example.attacker.example"`),
		withClaims("prefix of the audience", auth.ErrAudience, "aud", `"https://users"`),
		withClaims("asterisk as audience", auth.ErrAudience, "aud", `"*"`),
		withClaims("audiences in one string", auth.ErrAudience, "aud", `"`+audience+` https://orders.example"`),
		withClaims("number as audience", auth.ErrMalformed, "aud", `0`),
		withClaims("true as audience", auth.ErrMalformed, "aud", `true`),
		withClaims("object as audience", auth.ErrMalformed, "aud", `{"`+audience+`":true}`),
		withClaims("nested array as audience", auth.ErrMalformed, "aud", `[["`+audience+`"]]`),
		withClaims("audience and a number", auth.ErrMalformed, "aud", `["`+audience+`",1]`),
		withClaims("member Aud", auth.ErrClaims, "aud", "", "Aud", `"`+audience+`"`),
		withMember("duplicate audience", auth.ErrMalformed, `"aud":"`+audience+`"`),
		withClaims("no subject", auth.ErrClaims, "sub", ""),
		withClaims("empty subject", auth.ErrClaims, "sub", `""`),
		withClaims("null subject", auth.ErrClaims, "sub", `null`),
		withClaims("number as subject", auth.ErrMalformed, "sub", `42`),
		withClaims("array as subject", auth.ErrMalformed, "sub", `["alice"]`),
		withClaims("object as subject", auth.ErrMalformed, "sub", `{"id":"alice"}`),
		withClaims("subject of 256 bytes", auth.ErrClaims, "sub", `"`+strings.Repeat("a", 256)+`"`),
		withClaims("subject with a line feed", auth.ErrClaims, "sub", `"alice\nprincipal=root"`),
		withClaims("subject with a NUL", auth.ErrClaims, "sub", `"alice\u0000"`),
		withClaims("subject with an escape sequence", auth.ErrClaims, "sub", `"\u001b[31malice"`),
		withClaims("subject with right-to-left override", auth.ErrClaims, "sub", `"\u202eecila"`),
		withClaims("subject with lone surrogate", auth.ErrClaims, "sub", `"alice\ud800"`),
		withMember("duplicate subject", auth.ErrMalformed, `"sub":"root"`),
		withMember("duplicate subject, one escaped", auth.ErrMalformed, `"\u0073ub":"root"`),
		withClaims("number as scope", auth.ErrMalformed, "scope", `1`),
		withClaims("object as scope", auth.ErrMalformed, "scope", `{"users:write":true}`),
		withClaims("nested array as scope", auth.ErrMalformed, "scope", `[["users:write"]]`),
		withClaims("true as permissions", auth.ErrMalformed, "permissions", `true`),
		withMember("duplicate scope", auth.ErrMalformed, `"scope":"users:write"`),
	}
}

// hostileTimes returns tokens that have expired, never expire, or are not valid yet.
func hostileTimes() []attack {
	now := time.Now().Unix()
	fromNow := func(offset int64) string { return fmt.Sprint(now + offset) }
	return []attack{
		withClaims("no exp", auth.ErrClaims, "exp", ""),
		withClaims("null exp", auth.ErrClaims, "exp", `null`),
		withClaims("exp of this second", auth.ErrExpired, "exp", fromNow(0)),
		withClaims("exp one second ago", auth.ErrExpired, "exp", fromNow(-1)),
		withClaims("exp one day ago", auth.ErrExpired, "exp", fromNow(-86400)),
		withClaims("past exp with a fraction", auth.ErrExpired, "exp", fromNow(-1)+".999"),
		withClaims("past exp with an exponent", auth.ErrExpired, "exp", `1e9`),
		withClaims("exp of 1e-300", auth.ErrExpired, "exp", `1e-300`),
		withClaims("exp of 0", auth.ErrExpired, "exp", `0`),
		withClaims("exp of -0", auth.ErrExpired, "exp", `-0`),
		withClaims("negative exp", auth.ErrMalformed, "exp", `-1`),
		withClaims("large negative exp", auth.ErrMalformed, "exp", `-9999999999`),
		withClaims("exp of 2^63", auth.ErrMalformed, "exp", `9223372036854775808`),
		withClaims("exp of 2^64 + 3600", auth.ErrMalformed, "exp", `18446744073709555216`),
		withClaims("exp in milliseconds", auth.ErrMalformed, "exp", fromNow(600)+"000"),
		withClaims("exp after the year 9999", auth.ErrMalformed, "exp", `253402300800`),
		withClaims("exp of 1e308", auth.ErrMalformed, "exp", `1e308`),
		withClaims("exp of 1e999", auth.ErrMalformed, "exp", `1e999`),
		withClaims("exp of 1,000 digits", auth.ErrMalformed, "exp", strings.Repeat("9", 1000)),
		withClaims("NaN as exp", auth.ErrMalformed, "exp", `NaN`),
		withClaims("Infinity as exp", auth.ErrMalformed, "exp", `Infinity`),
		withClaims("hexadecimal exp", auth.ErrMalformed, "exp", `0xFFFFFFFF`),
		withClaims("exp with a plus sign", auth.ErrMalformed, "exp", `+`+fromNow(600)),
		withClaims("string as exp", auth.ErrMalformed, "exp", `"`+fromNow(600)+`"`),
		withClaims("date as exp", auth.ErrMalformed, "exp", `"2099-01-01T00:00:00Z"`),
		withClaims("true as exp", auth.ErrMalformed, "exp", `true`),
		withClaims("array as exp", auth.ErrMalformed, "exp", `[`+fromNow(600)+`]`),
		withClaims("object as exp", auth.ErrMalformed, "exp", `{"seconds":`+fromNow(600)+`}`),
		withClaims("member Exp", auth.ErrClaims, "exp", "", "Exp", fromNow(600)),
		withClaims("member EXP", auth.ErrClaims, "exp", "", "EXP", fromNow(600)),
		withClaims("member exp with trailing space", auth.ErrClaims, "exp", "", "exp ", fromNow(600)),
		withClaims("member EXP and past exp", auth.ErrExpired, "exp", fromNow(-60), "EXP", fromNow(600)),
		withClaims("duplicate exp, past first", auth.ErrMalformed, "exp", fromNow(-60)+`,"exp":`+fromNow(600)),
		withClaims("duplicate exp, future first", auth.ErrMalformed, "exp", fromNow(600)+`,"exp":`+fromNow(-60)),
		withClaims("duplicate exp, one escaped", auth.ErrMalformed, "exp", fromNow(-60)+`,"\u0065xp":`+fromNow(600)),
		withClaims("nbf in an hour", auth.ErrNotYetValid, "nbf", fromNow(3600)),
		withClaims("nbf in the year 9999", auth.ErrNotYetValid, "nbf", `253402300799`),
		withClaims("string as nbf", auth.ErrMalformed, "nbf", `"0"`),
		withClaims("negative nbf", auth.ErrMalformed, "nbf", `-1`),
		withClaims("nbf of 1e308", auth.ErrMalformed, "nbf", `1e308`),
		withMember("duplicate nbf", auth.ErrMalformed, `"nbf":`+fromNow(3600)+`,"nbf":0`),
		withClaims("iat in an hour", auth.ErrNotYetValid, "iat", fromNow(3600)),
		withClaims("string as iat", auth.ErrMalformed, "iat", `"0"`),
		withClaims("array as iat", auth.ErrMalformed, "iat", `[]`),
	}
}
