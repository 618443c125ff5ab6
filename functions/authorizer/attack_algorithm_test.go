package main

import (
	"crypto/hmac"
	"crypto/sha512"
	"hash"
	"strings"

	"users-api/pkg/auth"
)

// hostileAlgorithms name another algorithm than the one that is configured.
func hostileAlgorithms() []hostile {
	unsigned := func(alg string) string { return "Bearer " + text(`{"alg":`+alg+`,"typ":"JWT"}`, claims()) + "." }
	signed := func(alg string) string { return "Bearer " + hs256(`{"alg":`+alg+`,"typ":"JWT"}`, claims()) }
	with := func(h func() hash.Hash, alg string) string {
		s := text(`{"alg":"`+alg+`"}`, claims())
		m := hmac.New(h, []byte(secret))
		m.Write([]byte(s))
		return "Bearer " + s + "." + b64(m.Sum(nil))
	}
	return []hostile{
		{"none", unsigned(`"none"`), auth.Algorithm},
		{"None", unsigned(`"None"`), auth.Algorithm},
		{"NONE", unsigned(`"NONE"`), auth.Algorithm},
		{"nOnE", unsigned(`"nOnE"`), auth.Algorithm},
		{"none and a space", unsigned(`"none "`), auth.Algorithm},
		{"none with a NUL", unsigned(`"none\u0000"`), auth.Algorithm},
		{"none in escapes", unsigned(`"\u006eone"`), auth.Algorithm},
		{"none with a good signature", signed(`"none"`), auth.Algorithm},
		{"HS256 without a signature", unsigned(`"HS256"`), auth.Signature},
		{"an empty text", unsigned(`""`), auth.Malformed},
		{"null", signed(`null`), auth.Malformed},
		{"false", signed(`false`), auth.Malformed},
		{"a number", signed(`256`), auth.Malformed},
		{"a list", signed(`["HS256"]`), auth.Malformed},
		{"an object", signed(`{"name":"HS256"}`), auth.Malformed},
		{"no alg", "Bearer " + hs256(`{"typ":"JWT"}`, claims()), auth.Malformed},
		{"the name ALG", "Bearer " + hs256(`{"ALG":"HS256"}`, claims()), auth.Malformed},
		{"the name Alg", "Bearer " + hs256(`{"Alg":"HS256"}`, claims()), auth.Malformed},
		{"the name with a space", "Bearer " + hs256(`{"alg ":"HS256"}`, claims()), auth.Malformed},
		{"none and then HS256", "Bearer " + hs256(`{"alg":"none","alg":"HS256"}`, claims()), auth.Malformed},
		{"HS256 and then none", "Bearer " + hs256(`{"alg":"HS256","alg":"none"}`, claims()), auth.Malformed},
		{"HS256 twice, once in escapes", "Bearer " + hs256(`{"alg":"HS256","\u0061lg":"HS256"}`, claims()), auth.Malformed},
		{"hs256", signed(`"hs256"`), auth.Algorithm},
		{"HS256 and a space", signed(`"HS256 "`), auth.Algorithm},
		{"HS256 in full-width letters", signed(`"ＨＳ256"`), auth.Algorithm},
		{"SHA256", signed(`"SHA256"`), auth.Algorithm},
		{"HS1", signed(`"HS1"`), auth.Algorithm},
		{"HS384", with(sha512.New384, "HS384"), auth.Algorithm},
		{"HS512", with(sha512.New, "HS512"), auth.Algorithm},
		{"HS512, called HS256", with(sha512.New, "HS256"), auth.Signature},
		{"RS256", signed(`"RS256"`), auth.Algorithm},
		{"ES256", signed(`"ES256"`), auth.Algorithm},
		{"EdDSA", signed(`"EdDSA"`), auth.Algorithm},
		{"dir, of a JWE", signed(`"dir"`), auth.Algorithm},
		{"A256GCMKW, of a JWE", signed(`"A256GCMKW"`), auth.Algorithm},
		{"PBES2, with a billion rounds", "Bearer " + hs256(`{"alg":"PBES2-HS256+A128KW","p2c":1000000000,"p2s":"AA"}`, claims()), auth.Algorithm},
		{"a name of 4 KB", signed(`"` + strings.Repeat("N", 4096) + `"`), auth.Algorithm},
	}
}

// hostileParameters have the right signature and a header that asks for another
// treatment.
func hostileParameters(luring string) []hostile {
	add := func(member string) string { return "Bearer " + hs256(plus(goodHeader, member), claims()) }
	typ := func(typ string) string { return "Bearer " + hs256(`{"alg":"HS256","typ":`+typ+`}`, claims()) }
	return []hostile{
		{"crit of an extension", add(`"crit":["exp"],"exp":9999999999`), auth.Header},
		{"crit of an unknown extension", add(`"crit":["http://example.com/UNDEFINED"],"http://example.com/UNDEFINED":true`), auth.Header},
		{"crit of nothing", add(`"crit":[]`), auth.Header},
		{"crit null", add(`"crit":null`), auth.Header},
		{"crit of a text", add(`"crit":"b64"`), auth.Header},
		{"b64 false", add(`"b64":false`), auth.Header},
		{"b64 false, critical", add(`"b64":false,"crit":["b64"]`), auth.Header},
		{"b64 true", add(`"b64":true`), auth.Header},
		{"compressed", add(`"zip":"DEF"`), auth.Header},
		{"encrypted", add(`"enc":"A256GCM"`), auth.Header},
		{"a token in a token", "Bearer " + hs256(plus(goodHeader, `"cty":"JWT"`), hs256(goodHeader, claims())), auth.Header},
		{"a key of its own", add(`"jwk":{"kty":"oct","k":"` + b64("attacker") + `"}`), auth.Header},
		{"a key null", add(`"jwk":null`), auth.Header},
		{"a key elsewhere", add(`"jku":"` + luring + `"`), auth.Header},
		{"a certificate elsewhere", add(`"x5u":"` + luring + `"`), auth.Header},
		{"a certificate of its own", add(`"x5c":["AAAA"]`), auth.Header},
		{"kid a list", add(`"kid":["a"]`), auth.Malformed},
		{"kid a number", add(`"kid":1`), auth.Malformed},
		{"kid an object", add(`"kid":{"$ne":null}`), auth.Malformed},
		{"kid twice", add(`"kid":"a","kid":"b"`), auth.Malformed},
		{"typ twice", add(`"typ":"JWT"`), auth.Malformed},
		{"a proof of possession", typ(`"dpop+jwt"`), auth.Header},
		{"a logout token", typ(`"logout+jwt"`), auth.Header},
		{"a security event", typ(`"secevent+jwt"`), auth.Header},
		{"typ JWE", typ(`"JWE"`), auth.Header},
		{"typ a list", typ(`["JWT"]`), auth.Malformed},
	}
}
