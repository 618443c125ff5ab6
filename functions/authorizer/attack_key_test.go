package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"users-api/pkg/auth"
)

// hostileConfusion returns tokens that are signed with a public key as the secret, or that name
// another key than the one that signed them.
func hostileConfusion(t *testing.T, k keys) []attack {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.rsa.Public())
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(&k.rsa.PublicKey)
	ec, err := x509.MarshalPKIXPublicKey(k.p256.Public())
	if err != nil {
		t.Fatal(err)
	}
	published, err := json.Marshal(jwk(t, k.rsa.Public(), "rsa", nil))
	if err != nil {
		t.Fatal(err)
	}
	block := func(name string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: name, Bytes: der}))
	}
	withSecret := func(name, kid, key string) attack {
		input := signingInput(joseHeader("HS256", kid), claims())
		return attack{name, "Bearer " + input + "." + b64(mac(key, input)), auth.ErrAlgorithm}
	}
	signed := func(name, algorithm, kid string, key crypto.Signer, method string) attack {
		return attack{name, "Bearer " + sign(t, method, key, joseHeader(algorithm, kid), claims()), auth.ErrAlgorithm}
	}
	return []attack{
		withSecret("HS256 with RSA key as PEM", "rsa", block("PUBLIC KEY", der)),
		withSecret("HS256 with RSA key as PEM without line feed", "rsa", strings.TrimSpace(block("PUBLIC KEY", der))),
		withSecret("HS256 with RSA key as PKCS #1 PEM", "rsa", block("RSA PUBLIC KEY", pkcs1)),
		withSecret("HS256 with RSA key as DER", "rsa", string(der)),
		withSecret("HS256 with RSA key as PKCS #1 DER", "rsa", string(pkcs1)),
		withSecret("HS256 with RSA modulus", "rsa", string(k.rsa.N.Bytes())),
		withSecret("HS256 with RSA key as JWK", "rsa", string(published)),
		withSecret("HS256 with EC key as PEM", "p256", block("PUBLIC KEY", ec)),
		withSecret("HS256 with Ed25519 key", "ed", string(k.ed.Public().(ed25519.PublicKey))),
		withSecret("HS256 with published symmetric key", "symmetric", secret),
		withSecret("HS256 with secret of another deployment", "rsa", secret),
		withSecret("HS256 with empty key", "rsa", ""),
		withSecret("HS256 with RSA key published for HS256", "for-hs256", string(k.rsa.N.Bytes())),
		{name: "none", header: "Bearer " + signingInput(joseHeader("none", "rsa"), claims()) + ".", want: auth.ErrAlgorithm},
		{name: "none without kid", header: "Bearer " + signingInput(`{"alg":"none"}`, claims()) + ".", want: auth.ErrAlgorithm},
		signed("RS256 naming EC key", "RS256", "p256", k.rsa, "RS256"),
		signed("ES256 naming RSA key", "ES256", "rsa", k.p256, "ES256"),
		signed("ES256 naming Ed25519 key", "ES256", "ed", k.p256, "ES256"),
		signed("EdDSA naming EC key", "EdDSA", "p256", k.ed, "EdDSA"),
		signed("ES384 naming ES256 key", "ES384", "p256", k.p384, "ES384"),
		signed("ES256 naming ES384 key", "ES256", "p384", k.p256, "ES256"),
		signed("ES512 naming ES384 key", "ES512", "p384", k.p521, "ES512"),
		signed("RS256 naming RS384 key", "RS256", "rs384-only", k.rsa, "RS256"),
		signed("PS384 naming RS384 key", "PS384", "rs384-only", k.rsa, "PS384"),
		signed("ES256K", "ES256K", "p256", k.p256, "ES256"),
		signed("Ed25519 naming EC key", "Ed25519", "p256", k.ed, "EdDSA"),
		signed("RS1", "RS1", "rsa", k.rsa, "RS256"),
	}
}

// hostileKeys returns tokens that bring a key of their own, or name one that must not be used.
func hostileKeys(t *testing.T, k keys, decoyURL string) []attack {
	t.Helper()
	embedded, err := json.Marshal(jwk(t, k.otherRSA.Public(), "rsa", nil))
	if err != nil {
		t.Fatal(err)
	}
	embedding := func(name, member string) attack {
		return attack{name, "Bearer " + sign(t, "RS256", k.otherRSA, addMember(joseHeader("RS256", "rsa"), member), claims()), auth.ErrHeader}
	}
	naming := func(name, algorithm, header string, key crypto.Signer) attack {
		return attack{name, "Bearer " + sign(t, algorithm, key, header, claims()), auth.ErrUnknownKey}
	}
	kid := func(name, kid string) attack { return naming(name, "RS256", joseHeader("RS256", kid), k.rsa) }
	return []attack{
		embedding("jwk", `"jwk":`+string(embedded)),
		embedding("jku", `"jku":"`+decoyURL+`"`),
		embedding("jku that begins with the issuer", `"jku":"`+issuer+`@`+strings.TrimPrefix(decoyURL, "http://")+`"`),
		embedding("x5u", `"x5u":"`+decoyURL+`"`),
		embedding("x5c", `"x5c":["AAAA"]`),
		naming("unpublished key", "RS256", joseHeader("RS256", "other"), k.otherRSA),
		kid("path as kid", "../../../../../../dev/null"),
		kid("file URL as kid", "file:///etc/passwd"),
		kid("URL as kid", decoyURL),
		kid("SQL as kid", "rsa' UNION SELECT 'key"),
		kid("shell command as kid", "rsa|sleep 10"),
		kid("template expression as kid", "${env:JWT_SECRET}"),
		kid("kid with trailing NUL", `rsa\u0000`),
		kid("kid with trailing line feed", `rsa\n`),
		kid("kid in upper case", "RSA"),
		kid("kid with trailing space", "rsa "),
		kid("asterisk as kid", "*"),
		kid("4 KB kid", strings.Repeat("k", 4096)),
		naming("no kid and several candidate keys", "RS256", `{"alg":"RS256"}`, k.rsa),
		naming("empty kid and several candidate keys", "RS256", joseHeader("RS256", ""), k.rsa),
		naming("member KID", "RS256", `{"alg":"RS256","KID":"rsa"}`, k.rsa),
		naming("1024-bit RSA key", "RS256", joseHeader("RS256", "small"), k.smallRSA),
		naming("key for encryption", "RS256", joseHeader("RS256", "for-encryption"), k.rsa),
		naming("key for wrapping keys", "RS256", joseHeader("RS256", "for-wrapping"), k.rsa),
		naming("RSA key published for HS256", "RS256", joseHeader("RS256", "for-hs256"), k.rsa),
		naming("key with exponent 3", "RS256", joseHeader("RS256", "exponent-3"), k.rsa),
		naming("key with exponent 1", "RS256", joseHeader("RS256", "exponent-1"), k.rsa),
		naming("private key", "ES256", joseHeader("ES256", "private"), k.p256),
		naming("key on unknown curve", "ES256", joseHeader("ES256", "koblitz"), k.p256),
		naming("key off its curve", "ES256", joseHeader("ES256", "off-curve"), k.p256),
		naming("Ed448 key", "EdDSA", joseHeader("EdDSA", "ed448"), k.ed),
		naming("key of unknown type", "EdDSA", joseHeader("EdDSA", "unknown-type"), k.ed),
		{name: "array as kid", header: "Bearer " + sign(t, "RS256", k.rsa, `{"alg":"RS256","kid":["rsa"]}`, claims()), want: auth.ErrMalformed},
		{name: "null as kid", header: "Bearer " + sign(t, "RS256", k.rsa, `{"alg":"RS256","kid":null}`, claims()), want: auth.ErrUnknownKey},
		{name: "duplicate kid", header: "Bearer " + sign(t, "RS256", k.rsa, `{"alg":"RS256","kid":"rsa","kid":"p256"}`, claims()), want: auth.ErrMalformed},
		{name: "API key without configured keys", header: "ApiKey " + apiKey, want: auth.ErrScheme},
	}
}
