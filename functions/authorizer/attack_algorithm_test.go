package main

import (
	"crypto/hmac"
	"crypto/sha512"
	"hash"
	"strings"

	"users-api/pkg/auth"
)

// hostileAlgorithms returns tokens whose alg is not the configured algorithm.
func hostileAlgorithms() []attack {
	unsigned := func(alg string) string {
		return "Bearer " + signingInput(`{"alg":`+alg+`,"typ":"JWT"}`, claims()) + "."
	}
	signed := func(alg string) string { return "Bearer " + hs256(`{"alg":`+alg+`,"typ":"JWT"}`, claims()) }
	signedBy := func(h func() hash.Hash, alg string) string {
		input := signingInput(`{"alg":"`+alg+`"}`, claims())
		m := hmac.New(h, []byte(secret))
		m.Write([]byte(input))
		return "Bearer " + input + "." + b64(m.Sum(nil))
	}
	return []attack{
		{name: "none", header: unsigned(`"none"`), want: auth.ErrAlgorithm},
		{name: "None", header: unsigned(`"None"`), want: auth.ErrAlgorithm},
		{name: "NONE", header: unsigned(`"NONE"`), want: auth.ErrAlgorithm},
		{name: "nOnE", header: unsigned(`"nOnE"`), want: auth.ErrAlgorithm},
		{name: "none with trailing space", header: unsigned(`"none "`), want: auth.ErrAlgorithm},
		{name: "none with trailing NUL", header: unsigned(`"none\u0000"`), want: auth.ErrAlgorithm},
		{name: "none with an escape", header: unsigned(`"\u006eone"`), want: auth.ErrAlgorithm},
		{name: "none with a valid signature", header: signed(`"none"`), want: auth.ErrAlgorithm},
		{name: "HS256 without a signature", header: unsigned(`"HS256"`), want: auth.ErrSignature},
		{name: "empty string", header: unsigned(`""`), want: auth.ErrMalformed},
		{name: "null", header: signed(`null`), want: auth.ErrMalformed},
		{name: "false", header: signed(`false`), want: auth.ErrMalformed},
		{name: "number", header: signed(`256`), want: auth.ErrMalformed},
		{name: "array", header: signed(`["HS256"]`), want: auth.ErrMalformed},
		{name: "object", header: signed(`{"name":"HS256"}`), want: auth.ErrMalformed},
		{name: "no alg", header: "Bearer " + hs256(`{"typ":"JWT"}`, claims()), want: auth.ErrMalformed},
		{name: "member ALG", header: "Bearer " + hs256(`{"ALG":"HS256"}`, claims()), want: auth.ErrMalformed},
		{name: "member Alg", header: "Bearer " + hs256(`{"Alg":"HS256"}`, claims()), want: auth.ErrMalformed},
		{name: "member with trailing space", header: "Bearer " + hs256(`{"alg ":"HS256"}`, claims()), want: auth.ErrMalformed},
		{name: "duplicate alg, none first", header: "Bearer " + hs256(`{"alg":"none","alg":"HS256"}`, claims()), want: auth.ErrMalformed},
		{name: "duplicate alg, HS256 first", header: "Bearer " + hs256(`{"alg":"HS256","alg":"none"}`, claims()), want: auth.ErrMalformed},
		{name: "duplicate alg, one escaped", header: "Bearer " + hs256(`{"alg":"HS256","\u0061lg":"HS256"}`, claims()), want: auth.ErrMalformed},
		{name: "hs256", header: signed(`"hs256"`), want: auth.ErrAlgorithm},
		{name: "HS256 with trailing space", header: signed(`"HS256 "`), want: auth.ErrAlgorithm},
		{name: "HS256 in full-width letters", header: signed(`"ＨＳ256"`), want: auth.ErrAlgorithm},
		{name: "SHA256", header: signed(`"SHA256"`), want: auth.ErrAlgorithm},
		{name: "HS1", header: signed(`"HS1"`), want: auth.ErrAlgorithm},
		{name: "HS384", header: signedBy(sha512.New384, "HS384"), want: auth.ErrAlgorithm},
		{name: "HS512", header: signedBy(sha512.New, "HS512"), want: auth.ErrAlgorithm},
		{name: "HS512 labeled HS256", header: signedBy(sha512.New, "HS256"), want: auth.ErrSignature},
		{name: "RS256", header: signed(`"RS256"`), want: auth.ErrAlgorithm},
		{name: "ES256", header: signed(`"ES256"`), want: auth.ErrAlgorithm},
		{name: "EdDSA", header: signed(`"EdDSA"`), want: auth.ErrAlgorithm},
		{name: "JWE algorithm dir", header: signed(`"dir"`), want: auth.ErrAlgorithm},
		{name: "JWE algorithm A256GCMKW", header: signed(`"A256GCMKW"`), want: auth.ErrAlgorithm},
		{name: "PBES2 with a billion iterations", want: auth.ErrAlgorithm,
			header: "Bearer " + hs256(`{"alg":"PBES2-HS256+A128KW","p2c":1000000000,"p2s":"AA"}`, claims())},
		{name: "4 KB name", header: signed(`"` + strings.Repeat("N", 4096) + `"`), want: auth.ErrAlgorithm},
	}
}

// hostileParameters returns correctly signed tokens whose header asks for more than a signature, or
// brings a key.
func hostileParameters(decoyURL string) []attack {
	add := func(member string) string { return "Bearer " + hs256(addMember(goodHeader, member), claims()) }
	typ := func(typ string) string { return "Bearer " + hs256(`{"alg":"HS256","typ":`+typ+`}`, claims()) }
	return []attack{
		{name: "crit with a known claim", header: add(`"crit":["exp"],"exp":9999999999`), want: auth.ErrHeader},
		{name: "crit with an unknown extension", header: add(`"crit":["http://example.com/UNDEFINED"],"http://example.com/UNDEFINED":true`), want: auth.ErrHeader},
		{name: "empty crit", header: add(`"crit":[]`), want: auth.ErrHeader},
		{name: "null crit", header: add(`"crit":null`), want: auth.ErrHeader},
		{name: "string as crit", header: add(`"crit":"b64"`), want: auth.ErrHeader},
		{name: "b64 false", header: add(`"b64":false`), want: auth.ErrHeader},
		{name: "b64 false and critical", header: add(`"b64":false,"crit":["b64"]`), want: auth.ErrHeader},
		{name: "b64 true", header: add(`"b64":true`), want: auth.ErrHeader},
		{name: "compressed", header: add(`"zip":"DEF"`), want: auth.ErrHeader},
		{name: "encrypted", header: add(`"enc":"A256GCM"`), want: auth.ErrHeader},
		{name: "nested token", header: "Bearer " + hs256(addMember(goodHeader, `"cty":"JWT"`), hs256(goodHeader, claims())), want: auth.ErrHeader},
		{name: "embedded key", header: add(`"jwk":{"kty":"oct","k":"` + b64("attacker") + `"}`), want: auth.ErrHeader},
		{name: "null key", header: add(`"jwk":null`), want: auth.ErrHeader},
		{name: "key URL", header: add(`"jku":"` + decoyURL + `"`), want: auth.ErrHeader},
		{name: "certificate URL", header: add(`"x5u":"` + decoyURL + `"`), want: auth.ErrHeader},
		{name: "embedded certificate", header: add(`"x5c":["AAAA"]`), want: auth.ErrHeader},
		{name: "array as kid", header: add(`"kid":["a"]`), want: auth.ErrMalformed},
		{name: "number as kid", header: add(`"kid":1`), want: auth.ErrMalformed},
		{name: "object as kid", header: add(`"kid":{"$ne":null}`), want: auth.ErrMalformed},
		{name: "duplicate kid", header: add(`"kid":"a","kid":"b"`), want: auth.ErrMalformed},
		{name: "duplicate typ", header: add(`"typ":"JWT"`), want: auth.ErrMalformed},
		{name: "proof of possession", header: typ(`"dpop+jwt"`), want: auth.ErrHeader},
		{name: "logout token", header: typ(`"logout+jwt"`), want: auth.ErrHeader},
		{name: "security event", header: typ(`"secevent+jwt"`), want: auth.ErrHeader},
		{name: "typ JWE", header: typ(`"JWE"`), want: auth.ErrHeader},
		{name: "array as typ", header: typ(`["JWT"]`), want: auth.ErrMalformed},
	}
}
