package main

import (
	"strings"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// hostileHeaders returns malformed header values, most of them with a valid credential in them.
func hostileHeaders() []attack {
	token := hs256(goodHeader, claims())
	return []attack{
		{name: "empty", want: auth.ErrMissing},
		{name: "only a scheme", header: "Bearer", want: auth.ErrMissing},
		{name: "only a scheme and a space", header: "Bearer ", want: auth.ErrMissing},
		{name: "only a scheme and spaces", header: "Bearer     ", want: auth.ErrMissing},
		{name: "no scheme", header: token, want: auth.ErrScheme},
		{name: "scheme Basic", header: "Basic " + token, want: auth.ErrScheme},
		{name: "scheme JWT", header: "JWT " + token, want: auth.ErrScheme},
		{name: "scheme Token", header: "Token " + token, want: auth.ErrScheme},
		{name: "scheme DPoP", header: "DPoP " + token, want: auth.ErrScheme},
		{name: "scheme with a colon", header: "Bearer: " + token, want: auth.ErrScheme},
		{name: "scheme in full-width letters", header: "Ｂｅａｒｅｒ " + token, want: auth.ErrScheme},
		{name: "scheme in look-alike letters", header: "Ве\u0430rer " + token, want: auth.ErrScheme},
		{name: "scheme with a Kelvin sign", header: "Api\u212aey " + apiKey, want: auth.ErrScheme},
		{name: "scheme with a dotless i", header: "Ap\u0131Key " + apiKey, want: auth.ErrScheme},
		{name: "leading byte order mark", header: "\ufeffBearer " + token, want: auth.ErrScheme},
		{name: "leading space", header: " Bearer " + token, want: auth.ErrScheme},
		{name: "leading line feed", header: "\nBearer " + token, want: auth.ErrScheme},
		{name: "tab as separator", header: "Bearer\t" + token, want: auth.ErrScheme},
		{name: "line feed as separator", header: "Bearer\n" + token, want: auth.ErrScheme},
		{name: "no-break space as separator", header: "Bearer\u00a0" + token, want: auth.ErrScheme},
		{name: "NUL as separator", header: "Bearer\x00" + token, want: auth.ErrScheme},
		{name: "tab after the space", header: "Bearer \t" + token, want: auth.ErrMalformed},
		{name: "zero-width space after the space", header: "Bearer \u200b" + token, want: auth.ErrMalformed},
		{name: "right-to-left override", header: "Bearer \u202e" + token, want: auth.ErrMalformed},
		{name: "trailing space", header: "Bearer " + token + " ", want: auth.ErrMalformed},
		{name: "trailing tab", header: "Bearer " + token + "\t", want: auth.ErrMalformed},
		{name: "trailing line feed", header: "Bearer " + token + "\n", want: auth.ErrMalformed},
		{name: "trailing carriage return and line feed", header: "Bearer " + token + "\r\n", want: auth.ErrMalformed},
		{name: "trailing header", header: "Bearer " + token + "\r\nX-Admin: 1", want: auth.ErrMalformed},
		{name: "trailing NUL", header: "Bearer " + token + "\x00", want: auth.ErrMalformed},
		{name: "trailing NUL and text", header: "Bearer " + token + "\x00.x", want: auth.ErrMalformed},
		{name: "trailing DEL", header: "Bearer " + token + "\x7f", want: auth.ErrMalformed},
		{name: "inner line feed", header: "Bearer " + token[:20] + "\n" + token[20:], want: auth.ErrMalformed},
		{name: "inner carriage return", header: "Bearer " + token[:20] + "\r" + token[20:], want: auth.ErrMalformed},
		{name: "inner space", header: "Bearer " + token[:20] + " " + token[20:], want: auth.ErrMalformed},
		{name: "two tokens", header: "Bearer " + token + ", Bearer " + token, want: auth.ErrMalformed},
		{name: "two tokens, one scheme", header: "Bearer " + token + "," + token, want: auth.ErrMalformed},
		{name: "two tokens with a space", header: "Bearer " + token + " " + token, want: auth.ErrMalformed},
		{name: "two tokens with a semicolon", header: "Bearer " + token + ";" + token, want: auth.ErrMalformed},
		{name: "token and key", header: "Bearer " + token + ", ApiKey " + apiKey, want: auth.ErrMalformed},
		{name: "key and token", header: "ApiKey " + apiKey + ", Bearer " + token, want: auth.ErrMalformed},
		{name: "duplicate scheme", header: "Bearer Bearer " + token, want: auth.ErrMalformed},
		{name: "two schemes", header: "ApiKey Bearer " + token, want: auth.ErrMalformed},
		{name: "quoted token", header: `Bearer "` + token + `"`, want: auth.ErrMalformed},
		{name: "token in angle brackets", header: "Bearer <" + token + ">", want: auth.ErrMalformed},
		{name: "token as parameter", header: "Bearer token=" + token, want: auth.ErrMalformed},
		{name: "trailing parameter", header: "Bearer " + token + `,realm="x"`, want: auth.ErrMalformed},
		{name: "percent encoding", header: "Bearer " + strings.ReplaceAll(token, ".", "%2E"), want: auth.ErrMalformed},
		{name: "template expression", header: "Bearer ${jndi:ldap://127.0.0.1/a}", want: auth.ErrMalformed},
		{name: "8 KB and one byte", header: "Bearer " + token + strings.Repeat("a", credential.MaxBytes+1-len(token)), want: auth.ErrTooLarge},
		{name: "valid token of 9 KB", header: "Bearer " + hs256(goodHeader, claims("x", `"`+strings.Repeat("x", 6500)+`"`)), want: auth.ErrTooLarge},
		{name: "1 MB token", header: "Bearer " + strings.Repeat("A", 1<<20), want: auth.ErrTooLarge},
		{name: "1 MB of dots", header: "Bearer " + strings.Repeat(".", 1<<20), want: auth.ErrTooLarge},
		{name: "1 MB of spaces", header: "Bearer" + strings.Repeat(" ", 1<<20), want: auth.ErrMissing},
		{name: "1 MB scheme", header: strings.Repeat("B", 1<<20) + " " + token, want: auth.ErrScheme},
	}
}

// hostileStructures returns tokens that are not three parts of base64url with two JSON objects.
// Their signatures, if they have one, are correct.
func hostileStructures() []attack {
	token := hs256(goodHeader, claims())
	parts := strings.Split(token, ".")
	nested := strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat("}", 500)
	// The last character of a 32-byte signature has two unused bits, which base64url requires to be
	// zero.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	unusedBits := token[:len(token)-1] + alphabet[last+1:last+2]
	bearer := func(name, token string) attack { return attack{name, "Bearer " + token, auth.ErrMalformed} }
	return []attack{
		bearer("one part", parts[0]),
		bearer("two parts", parts[0]+"."+parts[1]),
		bearer("four parts", token+"."+parts[2]),
		bearer("five parts, as in a JWE", strings.Join([]string{parts[0], "", parts[1], parts[1], parts[2]}, ".")),
		bearer("leading dot", "."+token),
		bearer("trailing dot", token+"."),
		bearer("doubled dots", strings.ReplaceAll(token, ".", "..")),
		bearer("only dots", ".."),
		bearer("8,000 dots", strings.Repeat(".", 8000)),
		bearer("empty header", "."+parts[1]+"."+parts[2]),
		bearer("empty claims", hs256(goodHeader, "")),
		bearer("JWS JSON serialization", b64(`{"payload":"`+parts[1]+`","protected":"`+parts[0]+`","signature":"`+parts[2]+`"}`)),
		bearer("padded signature", token+"="),
		bearer("padded header", parts[0]+"="+"."+parts[1]+"."+parts[2]),
		bearer("signature with unused bits set", unusedBits),
		bearer("standard base64", parts[0]+"."+parts[1]+"+/"+"."+parts[2]),
		bearer("invalid base64", "a~b."+parts[1]+"."+parts[2]),
		bearer("header not JSON", hs256("alg=HS256", claims())),
		bearer("null as header", hs256("null", claims())),
		bearer("array as header", hs256(`[{"alg":"HS256"}]`, claims())),
		bearer("string as header", hs256(`"HS256"`, claims())),
		bearer("data after header", hs256(goodHeader+"x", claims())),
		bearer("duplicate header", hs256(goodHeader+goodHeader, claims())),
		bearer("header with a byte order mark", hs256("\ufeff"+goodHeader, claims())),
		bearer("header with a comment", hs256("/**/"+goodHeader, claims())),
		bearer("header with trailing comma", hs256(`{"alg":"HS256",}`, claims())),
		bearer("header in single quotes", hs256(`{'alg':'HS256'}`, claims())),
		bearer("array as claims", hs256(goodHeader, "["+claims()+"]")),
		bearer("string as claims", hs256(goodHeader, `"`+b64(claims())+`"`)),
		bearer("number as claims", hs256(goodHeader, "42")),
		{name: "null as claims", header: "Bearer " + hs256(goodHeader, "null"), want: auth.ErrClaims},
		{name: "claims without members", header: "Bearer " + hs256(goodHeader, "{}"), want: auth.ErrClaims},
		bearer("data after claims", hs256(goodHeader, claims()+"x")),
		bearer("duplicate claims", hs256(goodHeader, claims()+claims())),
		bearer("claims with a byte order mark", hs256(goodHeader, "\ufeff"+claims())),
		bearer("claims not in UTF-8", hs256(goodHeader, claims("sub", "\"al\xffice\""))),
		bearer("claims in UTF-16", hs256(goodHeader, "{\x00}\x00")),
		bearer("truncated claims", hs256(goodHeader, strings.TrimSuffix(claims(), "}"))),
		bearer("claims with a line feed in a string", hs256(goodHeader, claims("sub", "\"al\nice\""))),
		bearer("token as claims", hs256(goodHeader, token)),
		{name: "claims nested 500 deep", header: "Bearer " + hs256(goodHeader, nested), want: auth.ErrClaims},
		bearer("unclosed header nested 2,500 deep", hs256(strings.Repeat("[", 2500), claims())),
	}
}
