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

// hostileConfusion take what the issuer publishes for a secret, or one key for
// another.
func hostileConfusion(t *testing.T, k keys) []hostile {
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
	by := func(name, kid, key string) hostile {
		s := text(head("HS256", kid), claims())
		return hostile{name, "Bearer " + s + "." + b64(mac(key, s)), auth.Algorithm}
	}
	signed := func(name, algorithm, kid string, key crypto.Signer, method string) hostile {
		return hostile{name, "Bearer " + sign(t, method, key, head(algorithm, kid), claims()), auth.Algorithm}
	}
	return []hostile{
		by("HS256 by the RSA key as PEM", "rsa", block("PUBLIC KEY", der)),
		by("HS256 by the RSA key as PEM without its last line feed", "rsa", strings.TrimSpace(block("PUBLIC KEY", der))),
		by("HS256 by the RSA key as PKCS #1 PEM", "rsa", block("RSA PUBLIC KEY", pkcs1)),
		by("HS256 by the RSA key as DER", "rsa", string(der)),
		by("HS256 by the RSA key as PKCS #1 DER", "rsa", string(pkcs1)),
		by("HS256 by the RSA modulus", "rsa", string(k.rsa.N.Bytes())),
		by("HS256 by the RSA key as JWK", "rsa", string(published)),
		by("HS256 by the EC key as PEM", "p256", block("PUBLIC KEY", ec)),
		by("HS256 by the Ed25519 key", "ed", string(k.ed.Public().(ed25519.PublicKey))),
		by("HS256 by the symmetric key in the set", "symmetric", secret),
		by("HS256 by the secret of another deployment", "rsa", secret),
		by("HS256 by nothing", "rsa", ""),
		by("HS256 by a key that says HS256", "of-hs256", string(k.rsa.N.Bytes())),
		{"none", "Bearer " + text(head("none", "rsa"), claims()) + ".", auth.Algorithm},
		{"none without kid", "Bearer " + text(`{"alg":"none"}`, claims()) + ".", auth.Algorithm},
		signed("RS256 of the EC key", "RS256", "p256", k.rsa, "RS256"),
		signed("ES256 of the RSA key", "ES256", "rsa", k.p256, "ES256"),
		signed("ES256 of the Ed25519 key", "ES256", "ed", k.p256, "ES256"),
		signed("EdDSA of the EC key", "EdDSA", "p256", k.ed, "EdDSA"),
		signed("ES384 of the ES256 key", "ES384", "p256", k.p384, "ES384"),
		signed("ES256 of the ES384 key", "ES256", "p384", k.p256, "ES256"),
		signed("ES512 of the ES384 key", "ES512", "p384", k.p521, "ES512"),
		signed("RS256 of a key for RS384", "RS256", "rs384-only", k.rsa, "RS256"),
		signed("PS384 of a key for RS384", "PS384", "rs384-only", k.rsa, "PS384"),
		signed("ES256K", "ES256K", "p256", k.p256, "ES256"),
		signed("Ed25519", "Ed25519", "ed", k.ed, "EdDSA"),
		signed("RS1", "RS1", "rsa", k.rsa, "RS256"),
	}
}

// hostileKeys bring a key of their own, or name one that must not be used.
func hostileKeys(t *testing.T, k keys, luring string) []hostile {
	t.Helper()
	own, err := json.Marshal(jwk(t, k.strangeRSA.Public(), "rsa", nil))
	if err != nil {
		t.Fatal(err)
	}
	bringing := func(name, member string) hostile {
		return hostile{name, "Bearer " + sign(t, "RS256", k.strangeRSA, plus(head("RS256", "rsa"), member), claims()), auth.Header}
	}
	naming := func(name, algorithm, header string, key crypto.Signer) hostile {
		return hostile{name, "Bearer " + sign(t, algorithm, key, header, claims()), auth.UnknownKey}
	}
	kid := func(name, kid string) hostile { return naming(name, "RS256", head("RS256", kid), k.rsa) }
	return []hostile{
		bringing("jwk", `"jwk":`+string(own)),
		bringing("jku", `"jku":"`+luring+`"`),
		bringing("jku that begins as the issuer", `"jku":"`+issuer+`@`+strings.TrimPrefix(luring, "http://")+`"`),
		bringing("x5u", `"x5u":"`+luring+`"`),
		bringing("x5c", `"x5c":["AAAA"]`),
		naming("a stranger's key under another name", "RS256", head("RS256", "stranger"), k.strangeRSA),
		kid("kid a path", "../../../../../../dev/null"),
		kid("kid a file", "file:///etc/passwd"),
		kid("kid a URL", luring),
		kid("kid SQL", "rsa' UNION SELECT 'key"),
		kid("kid a command", "rsa|sleep 10"),
		kid("kid a template", "${env:JWT_SECRET}"),
		kid("kid with a NUL", `rsa\u0000`),
		kid("kid with a line feed", `rsa\n`),
		kid("kid in capitals", "RSA"),
		kid("kid and a space", "rsa "),
		kid("kid any", "*"),
		kid("kid of 4 KB", strings.Repeat("k", 4096)),
		naming("no kid, and several keys that would do", "RS256", `{"alg":"RS256"}`, k.rsa),
		naming("kid empty, and several keys that would do", "RS256", head("RS256", ""), k.rsa),
		naming("the name KID", "RS256", `{"alg":"RS256","KID":"rsa"}`, k.rsa),
		naming("RSA of 1024 bits", "RS256", head("RS256", "small"), k.smallRSA),
		naming("a key for encryption", "RS256", head("RS256", "for-encryption"), k.rsa),
		naming("a key for wrapping keys", "RS256", head("RS256", "for-wrapping"), k.rsa),
		naming("a key that says HS256", "RS256", head("RS256", "of-hs256"), k.rsa),
		naming("a key with exponent 3", "RS256", head("RS256", "exponent-3"), k.rsa),
		naming("a key with exponent 1", "RS256", head("RS256", "exponent-1"), k.rsa),
		naming("a private key", "ES256", head("ES256", "private"), k.p256),
		naming("a key on an unknown curve", "ES256", head("ES256", "koblitz"), k.p256),
		naming("a key off its curve", "ES256", head("ES256", "off-curve"), k.p256),
		naming("an Ed448 key", "EdDSA", head("EdDSA", "ed448"), k.ed),
		naming("a key of unknown type", "EdDSA", head("EdDSA", "unknown-type"), k.ed),
		{"kid a list", "Bearer " + sign(t, "RS256", k.rsa, `{"alg":"RS256","kid":["rsa"]}`, claims()), auth.Malformed},
		{"kid null", "Bearer " + sign(t, "RS256", k.rsa, `{"alg":"RS256","kid":null}`, claims()), auth.UnknownKey},
		{"kid twice", "Bearer " + sign(t, "RS256", k.rsa, `{"alg":"RS256","kid":"rsa","kid":"p256"}`, claims()), auth.Malformed},
		{"an API key where there are none", "ApiKey " + apiKey, auth.Scheme},
	}
}
