package main

import (
	"fmt"
	"strings"
	"time"

	"users-api/pkg/auth"
)

// with is a token with the right signature and changed claims.
func with(name string, want auth.Reason, changes ...string) hostile {
	return hostile{name, "Bearer " + hs256(goodHeader, claims(changes...)), want}
}

// more is a token with the right signature and one claim more, also one that it
// has.
func more(name string, want auth.Reason, member string) hostile {
	return hostile{name, "Bearer " + hs256(goodHeader, plus(claims(), member)), want}
}

// hostileClaims are meant for another API, or come from another issuer, or
// name nobody.
func hostileClaims() []hostile {
	return []hostile{
		with("no issuer", auth.Claims, "iss", ""),
		with("issuer empty", auth.Claims, "iss", `""`),
		with("issuer null", auth.Claims, "iss", `null`),
		with("another issuer", auth.Issuer, "iss", `"https://attacker.example/"`),
		with("issuer in capitals", auth.Issuer, "iss", `"HTTPS://ISSUER.EXAMPLE/"`),
		with("issuer without its slash", auth.Issuer, "iss", `"https://issuer.example"`),
		with("issuer and more", auth.Issuer, "iss", `"https://issuer.example/.attacker.example"`),
		with("issuer and a space", auth.Issuer, "iss", `"https://issuer.example/ "`),
		with("issuer a list", auth.Malformed, "iss", `["`+issuer+`"]`),
		with("issuer a number", auth.Malformed, "iss", `1`),
		with("the name ISS", auth.Claims, "iss", "", "ISS", `"`+issuer+`"`),
		more("issuer twice", auth.Malformed, `"iss":"`+issuer+`"`),
		with("no audience", auth.Claims, "aud", ""),
		with("audience empty", auth.Claims, "aud", `""`),
		with("audience null", auth.Claims, "aud", `null`),
		with("another audience", auth.Audience, "aud", `"https://orders.example"`),
		with("other audiences", auth.Audience, "aud", `["https://orders.example","https://bills.example"]`),
		with("no audiences", auth.Claims, "aud", `[]`),
		with("audience in capitals", auth.Audience, "aud", `"HTTPS://USERS.EXAMPLE"`),
		with("audience and more", auth.Audience, "aud", `"https://users.example.attacker.example"`),
		with("a part of the audience", auth.Audience, "aud", `"https://users"`),
		with("audience any", auth.Audience, "aud", `"*"`),
		with("audiences in one text", auth.Audience, "aud", `"`+audience+` https://orders.example"`),
		with("audience a number", auth.Malformed, "aud", `0`),
		with("audience true", auth.Malformed, "aud", `true`),
		with("audience an object", auth.Malformed, "aud", `{"`+audience+`":true}`),
		with("audience in a list in a list", auth.Malformed, "aud", `[["`+audience+`"]]`),
		with("audience beside a number", auth.Malformed, "aud", `["`+audience+`",1]`),
		with("the name Aud", auth.Claims, "aud", "", "Aud", `"`+audience+`"`),
		more("audience twice", auth.Malformed, `"aud":"`+audience+`"`),
		with("no subject", auth.Claims, "sub", ""),
		with("subject empty", auth.Claims, "sub", `""`),
		with("subject null", auth.Claims, "sub", `null`),
		with("subject a number", auth.Malformed, "sub", `42`),
		with("subject a list", auth.Malformed, "sub", `["alice"]`),
		with("subject an object", auth.Malformed, "sub", `{"id":"alice"}`),
		with("subject of 256 bytes", auth.Claims, "sub", `"`+strings.Repeat("a", 256)+`"`),
		with("subject with a line feed", auth.Claims, "sub", `"alice\nprincipal=root"`),
		with("subject with a NUL", auth.Claims, "sub", `"alice\u0000"`),
		with("subject with an escape sequence", auth.Claims, "sub", `"\u001b[31malice"`),
		with("subject turned round", auth.Claims, "sub", `"\u202eecila"`),
		with("subject with half a character", auth.Claims, "sub", `"alice\ud800"`),
		more("subject twice", auth.Malformed, `"sub":"root"`),
		more("subject twice, once in escapes", auth.Malformed, `"\u0073ub":"root"`),
		with("scope a number", auth.Malformed, "scope", `1`),
		with("scope an object", auth.Malformed, "scope", `{"users:write":true}`),
		with("scope a list of lists", auth.Malformed, "scope", `[["users:write"]]`),
		with("permissions true", auth.Malformed, "permissions", `true`),
		more("scope twice", auth.Malformed, `"scope":"users:write"`),
	}
}

// hostileTimes have expired, or never do, or are not valid yet.
func hostileTimes() []hostile {
	now := time.Now().Unix()
	at := func(offset int64) string { return fmt.Sprint(now + offset) }
	return []hostile{
		with("no exp", auth.Claims, "exp", ""),
		with("exp null", auth.Claims, "exp", `null`),
		with("exp now", auth.Expired, "exp", at(0)),
		with("exp a second ago", auth.Expired, "exp", at(-1)),
		with("exp a day ago", auth.Expired, "exp", at(-86400)),
		with("exp with a fraction, past", auth.Expired, "exp", at(-1)+".999"),
		with("exp with an exponent, past", auth.Expired, "exp", `1e9`),
		with("exp a small fraction", auth.Expired, "exp", `1e-300`),
		with("exp zero", auth.Expired, "exp", `0`),
		with("exp minus zero", auth.Expired, "exp", `-0`),
		with("exp below zero", auth.Malformed, "exp", `-1`),
		with("exp far below zero", auth.Malformed, "exp", `-9999999999`),
		with("exp of 2^63", auth.Malformed, "exp", `9223372036854775808`),
		with("exp of 2^64 and an hour", auth.Malformed, "exp", `18446744073709555216`),
		with("exp in milliseconds", auth.Malformed, "exp", at(600)+"000"),
		with("exp after the year 9999", auth.Malformed, "exp", `253402300800`),
		with("exp of 1e308", auth.Malformed, "exp", `1e308`),
		with("exp of 1e999", auth.Malformed, "exp", `1e999`),
		with("exp of a thousand digits", auth.Malformed, "exp", strings.Repeat("9", 1000)),
		with("exp NaN", auth.Malformed, "exp", `NaN`),
		with("exp Infinity", auth.Malformed, "exp", `Infinity`),
		with("exp hexadecimal", auth.Malformed, "exp", `0xFFFFFFFF`),
		with("exp with a plus", auth.Malformed, "exp", `+`+at(600)),
		with("exp a text", auth.Malformed, "exp", `"`+at(600)+`"`),
		with("exp a date", auth.Malformed, "exp", `"2099-01-01T00:00:00Z"`),
		with("exp true", auth.Malformed, "exp", `true`),
		with("exp a list", auth.Malformed, "exp", `[`+at(600)+`]`),
		with("exp an object", auth.Malformed, "exp", `{"seconds":`+at(600)+`}`),
		with("the name Exp", auth.Claims, "exp", "", "Exp", at(600)),
		with("the name EXP", auth.Claims, "exp", "", "EXP", at(600)),
		with("the name exp and a space", auth.Claims, "exp", "", "exp ", at(600)),
		with("the name EXP beside one that has passed", auth.Expired, "exp", at(-60), "EXP", at(600)),
		with("exp passed and then not", auth.Malformed, "exp", at(-60)+`,"exp":`+at(600)),
		with("exp not passed and then it is", auth.Malformed, "exp", at(600)+`,"exp":`+at(-60)),
		with("exp twice, once in escapes", auth.Malformed, "exp", at(-60)+`,"\u0065xp":`+at(600)),
		with("nbf in an hour", auth.NotYetValid, "nbf", at(3600)),
		with("nbf in the year 9999", auth.NotYetValid, "nbf", `253402300799`),
		with("nbf a text", auth.Malformed, "nbf", `"0"`),
		with("nbf below zero", auth.Malformed, "nbf", `-1`),
		with("nbf of 1e308", auth.Malformed, "nbf", `1e308`),
		more("nbf twice", auth.Malformed, `"nbf":`+at(3600)+`,"nbf":0`),
		with("iat in an hour", auth.NotYetValid, "iat", at(3600)),
		with("iat a text", auth.Malformed, "iat", `"0"`),
		with("iat a list", auth.Malformed, "iat", `[]`),
	}
}
