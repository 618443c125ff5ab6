package main

import (
	"strings"

	"users-api/pkg/auth"
)

// hostileHeaders hide a good credential in a header that is not well formed.
func hostileHeaders() []hostile {
	token := hs256(goodHeader, claims())
	return []hostile{
		{"nothing", "", auth.Missing},
		{"a scheme alone", "Bearer", auth.Missing},
		{"a scheme and a space", "Bearer ", auth.Missing},
		{"a scheme and spaces", "Bearer     ", auth.Missing},
		{"no scheme", token, auth.Scheme},
		{"scheme Basic", "Basic " + token, auth.Scheme},
		{"scheme JWT", "JWT " + token, auth.Scheme},
		{"scheme Token", "Token " + token, auth.Scheme},
		{"scheme DPoP", "DPoP " + token, auth.Scheme},
		{"scheme with a colon", "Bearer: " + token, auth.Scheme},
		{"scheme in full-width letters", "Ｂｅａｒｅｒ " + token, auth.Scheme},
		{"scheme in look-alike letters", "Ве\u0430rer " + token, auth.Scheme},
		{"scheme with a Kelvin sign", "Api\u212aey " + apiKey, auth.Scheme},
		{"scheme with a dotless i", "Ap\u0131Key " + apiKey, auth.Scheme},
		{"byte order mark in front", "\ufeffBearer " + token, auth.Scheme},
		{"space in front", " Bearer " + token, auth.Scheme},
		{"line feed in front", "\nBearer " + token, auth.Scheme},
		{"tab between", "Bearer\t" + token, auth.Scheme},
		{"line feed between", "Bearer\n" + token, auth.Scheme},
		{"no-break space between", "Bearer\u00a0" + token, auth.Scheme},
		{"NUL between", "Bearer\x00" + token, auth.Scheme},
		{"tab behind the space", "Bearer \t" + token, auth.Malformed},
		{"zero-width space behind the space", "Bearer \u200b" + token, auth.Malformed},
		{"right-to-left override", "Bearer \u202e" + token, auth.Malformed},
		{"space behind", "Bearer " + token + " ", auth.Malformed},
		{"tab behind", "Bearer " + token + "\t", auth.Malformed},
		{"line feed behind", "Bearer " + token + "\n", auth.Malformed},
		{"carriage return and line feed behind", "Bearer " + token + "\r\n", auth.Malformed},
		{"another header behind", "Bearer " + token + "\r\nX-Admin: 1", auth.Malformed},
		{"NUL behind", "Bearer " + token + "\x00", auth.Malformed},
		{"NUL and more behind", "Bearer " + token + "\x00.x", auth.Malformed},
		{"DEL behind", "Bearer " + token + "\x7f", auth.Malformed},
		{"line feed within", "Bearer " + token[:20] + "\n" + token[20:], auth.Malformed},
		{"carriage return within", "Bearer " + token[:20] + "\r" + token[20:], auth.Malformed},
		{"space within", "Bearer " + token[:20] + " " + token[20:], auth.Malformed},
		{"two tokens", "Bearer " + token + ", Bearer " + token, auth.Malformed},
		{"two tokens and one scheme", "Bearer " + token + "," + token, auth.Malformed},
		{"two tokens and a space", "Bearer " + token + " " + token, auth.Malformed},
		{"two tokens and a semicolon", "Bearer " + token + ";" + token, auth.Malformed},
		{"a token and a key", "Bearer " + token + ", ApiKey " + apiKey, auth.Malformed},
		{"a key and a token", "ApiKey " + apiKey + ", Bearer " + token, auth.Malformed},
		{"scheme twice", "Bearer Bearer " + token, auth.Malformed},
		{"two schemes", "ApiKey Bearer " + token, auth.Malformed},
		{"quotes", `Bearer "` + token + `"`, auth.Malformed},
		{"angle brackets", "Bearer <" + token + ">", auth.Malformed},
		{"a parameter", "Bearer token=" + token, auth.Malformed},
		{"a parameter behind", "Bearer " + token + `,realm="x"`, auth.Malformed},
		{"percent encoding", "Bearer " + strings.ReplaceAll(token, ".", "%2E"), auth.Malformed},
		{"a template", "Bearer ${jndi:ldap://127.0.0.1/a}", auth.Malformed},
		{"one byte more than 8 KB", "Bearer " + token + strings.Repeat("a", auth.MaxCredentialBytes+1-len(token)), auth.TooLarge},
		{"a good token of 9 KB", "Bearer " + hs256(goodHeader, claims("x", `"`+strings.Repeat("x", 6500)+`"`)), auth.TooLarge},
		{"a megabyte", "Bearer " + strings.Repeat("A", 1<<20), auth.TooLarge},
		{"a megabyte of dots", "Bearer " + strings.Repeat(".", 1<<20), auth.TooLarge},
		{"a megabyte of spaces", "Bearer" + strings.Repeat(" ", 1<<20), auth.Missing},
		{"a megabyte of scheme", strings.Repeat("B", 1<<20) + " " + token, auth.Scheme},
	}
}

// hostileStructures are tokens that are not three parts of base64url with two
// JSON objects in them. Where there is a signature, it is right.
func hostileStructures() []hostile {
	token := hs256(goodHeader, claims())
	parts := strings.Split(token, ".")
	nested := strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat("}", 500)
	// The last character of a 32-byte signature carries two bits that mean
	// nothing; base64url wants them to be zero.
	last := token[len(token)-1]
	twin := token[:len(token)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", last)+1])
	bearer := func(name, token string) hostile { return hostile{name, "Bearer " + token, auth.Malformed} }
	return []hostile{
		bearer("one part", parts[0]),
		bearer("two parts", parts[0]+"."+parts[1]),
		bearer("four parts", token+"."+parts[2]),
		bearer("five parts, as a JWE has", strings.Join([]string{parts[0], "", parts[1], parts[1], parts[2]}, ".")),
		bearer("dot in front", "."+token),
		bearer("dot behind", token+"."),
		bearer("dots doubled", strings.ReplaceAll(token, ".", "..")),
		bearer("dots alone", ".."),
		bearer("8000 dots", strings.Repeat(".", 8000)),
		bearer("no header", "."+parts[1]+"."+parts[2]),
		bearer("no claims", hs256(goodHeader, "")),
		bearer("a JWS in its JSON form", b64(`{"payload":"`+parts[1]+`","protected":"`+parts[0]+`","signature":"`+parts[2]+`"}`)),
		bearer("padded signature", token+"="),
		bearer("padded header", parts[0]+"="+"."+parts[1]+"."+parts[2]),
		bearer("signature with trailing bits", twin),
		bearer("plain base64", parts[0]+"."+parts[1]+"+/"+"."+parts[2]),
		bearer("not base64", "a~b."+parts[1]+"."+parts[2]),
		bearer("header is no JSON", hs256("alg=HS256", claims())),
		bearer("header is null", hs256("null", claims())),
		bearer("header is a list", hs256(`[{"alg":"HS256"}]`, claims())),
		bearer("header is a text", hs256(`"HS256"`, claims())),
		bearer("header has bytes behind it", hs256(goodHeader+"x", claims())),
		bearer("header twice", hs256(goodHeader+goodHeader, claims())),
		bearer("header with a byte order mark", hs256("\ufeff"+goodHeader, claims())),
		bearer("header with a comment", hs256("/**/"+goodHeader, claims())),
		bearer("header with a comma too many", hs256(`{"alg":"HS256",}`, claims())),
		bearer("header in single quotes", hs256(`{'alg':'HS256'}`, claims())),
		bearer("claims are a list", hs256(goodHeader, "["+claims()+"]")),
		bearer("claims are a text", hs256(goodHeader, `"`+b64(claims())+`"`)),
		bearer("claims are a number", hs256(goodHeader, "42")),
		{"claims are null", "Bearer " + hs256(goodHeader, "null"), auth.Claims},
		{"claims are empty", "Bearer " + hs256(goodHeader, "{}"), auth.Claims},
		bearer("claims have bytes behind them", hs256(goodHeader, claims()+"x")),
		bearer("claims twice", hs256(goodHeader, claims()+claims())),
		bearer("claims with a byte order mark", hs256(goodHeader, "\ufeff"+claims())),
		bearer("claims that are not UTF-8", hs256(goodHeader, claims("sub", "\"al\xffice\""))),
		bearer("claims in UTF-16", hs256(goodHeader, "{\x00}\x00")),
		bearer("claims that end early", hs256(goodHeader, strings.TrimSuffix(claims(), "}"))),
		bearer("claims with a line feed in a text", hs256(goodHeader, claims("sub", "\"al\nice\""))),
		bearer("claims in a token in the claims", hs256(goodHeader, token)),
		{"claims 500 deep", "Bearer " + hs256(goodHeader, nested), auth.Claims},
		bearer("header 2,500 deep and open", hs256(strings.Repeat("[", 2500), claims())),
	}
}
