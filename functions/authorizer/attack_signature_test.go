package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"testing"

	"users-api/pkg/auth"
)

// hostileMACs are HS256 tokens with another signature than the right one.
func hostileMACs() []hostile {
	good := text(goodHeader, claims())
	right := mac(secret, good)
	signed := func(name string, signature []byte) hostile {
		return hostile{name, "Bearer " + good + "." + b64(signature), auth.Signature}
	}
	by := func(name, key string) hostile { return signed(name, mac(key, good)) }
	flipped := slices.Clone(right)
	flipped[31] ^= 1
	other := text(goodHeader, claims("sub", `"root"`))
	sha512 := sha512.Sum512([]byte(secret + good))
	return []hostile{
		signed("empty", nil),
		signed("one byte", []byte{0}),
		signed("a byte short", right[:31]),
		signed("the first half", right[:16]),
		signed("a byte long", append(slices.Clone(right), 0)),
		signed("twice", append(slices.Clone(right), right...)),
		signed("zeros", make([]byte, 32)),
		signed("ones", slices.Repeat([]byte{0xff}, 32)),
		signed("one bit", flipped),
		signed("in hexadecimal", []byte(hex.EncodeToString(right))),
		signed("the hash of the secret and the text", sha512[:32]),
		{"of another token", "Bearer " + other + "." + b64(right), auth.Signature},
		signed("of the claims alone", mac(secret, strings.Split(good, ".")[1])),
		signed("of the decoded text", mac(secret, goodHeader+"."+claims())),
		by("by nothing", ""),
		by("by the word secret", "secret"),
		by("by a NUL", "\x00"),
		by("by zeros", strings.Repeat("\x00", 32)),
		by("by the secret and a line feed", secret+"\n"),
		by("by the secret in base64", b64(secret)),
		by("by the secret without its end", secret[:len(secret)-1]),
		by("by the issuer", issuer),
		by("by the API key", apiKey),
		by("by the reference to the secret", "{{resolve:secretsmanager:users-api/test:SecretString:jwtSecret}}"),
	}
}

// hostileSignatures are made without the key that the token names, or from a
// good one by arithmetic.
func hostileSignatures(t *testing.T, k keys) []hostile {
	t.Helper()
	return slices.Concat(hostileECDSA(t, k), hostileEdDSA(t, k), hostileRSA(t, k))
}

// forge puts a signature under a token that names a key.
func forge(name, algorithm, kid string, signature []byte) hostile {
	return hostile{name, "Bearer " + text(head(algorithm, kid), claims()) + "." + b64(signature), auth.Signature}
}

func hostileECDSA(t *testing.T, k keys) []hostile {
	t.Helper()
	order := k.p256.Params().N
	pair := func(r, s *big.Int) []byte {
		signature := make([]byte, 64)
		r.FillBytes(signature[:32])
		s.FillBytes(signature[32:])
		return signature
	}
	good := text(head("ES256", "p256"), claims())
	digest := sha256.Sum256([]byte(good))
	r, s, err := ecdsa.Sign(rand.Reader, k.p256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	zero, one := big.NewInt(0), big.NewInt(1)
	signed := func(name string, signature []byte) hostile {
		return hostile{name, "Bearer " + good + "." + b64(signature), auth.Signature}
	}
	return []hostile{
		signed("ES256, r and s zero (psychic)", pair(zero, zero)),
		signed("ES256, r zero", pair(zero, s)),
		signed("ES256, s zero", pair(r, zero)),
		signed("ES256, r and s one", pair(one, one)),
		signed("ES256, r and s the order", pair(order, order)),
		signed("ES256, s the order", pair(r, order)),
		signed("ES256, r one below the order", pair(new(big.Int).Sub(order, one), s)),
		signed("ES256, r and s swapped", pair(s, r)),
		signed("ES256, as DER", der),
		signed("ES256, a byte short", pair(r, s)[:63]),
		signed("ES256, a byte long", append(pair(r, s), 0)),
		signed("ES256, a byte long in front", append([]byte{0}, pair(r, s)...)),
		signed("ES256, r and s as long as ES384's", slices.Concat(make([]byte, 16), pair(r, s)[:32], make([]byte, 16), pair(r, s)[32:])),
		signed("ES256, empty", nil),
		{"ES256, of another token", "Bearer " + text(head("ES256", "p256"), claims("sub", `"root"`)) + "." + b64(pair(r, s)), auth.Signature},
		forge("ES384, zeros", "ES384", "p384", make([]byte, 96)),
		forge("ES512, zeros", "ES512", "p521", make([]byte, 132)),
		{"ES256, by a stranger", "Bearer " + sign(t, "ES256", k.strangeEC, head("ES256", "p256"), claims()), auth.Signature},
	}
}

func hostileEdDSA(t *testing.T, k keys) []hostile {
	t.Helper()
	good := text(head("EdDSA", "ed"), claims())
	signature, err := k.ed.Sign(nil, []byte(good), crypto.Hash(0))
	if err != nil {
		t.Fatal(err)
	}
	// The order of Ed25519's group, little endian (RFC 8032, section 5.1).
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	sum := make([]byte, 32)
	new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(sum)
	slices.Reverse(sum)
	identity := make([]byte, 64) // R the neutral element, S zero
	identity[0] = 1
	signed := func(name string, signature []byte) hostile {
		return hostile{name, "Bearer " + good + "." + b64(signature), auth.Signature}
	}
	return []hostile{
		signed("EdDSA, S and the order", slices.Concat(signature[:32], sum)),
		signed("EdDSA, zeros", make([]byte, 64)),
		signed("EdDSA, the neutral element", identity),
		signed("EdDSA, a byte short", signature[:63]),
		signed("EdDSA, a byte long", append(slices.Clone(signature), 0)),
		signed("EdDSA, halves swapped", slices.Concat(signature[32:], signature[:32])),
		signed("EdDSA, empty", nil),
		{"EdDSA, by a stranger", "Bearer " + sign(t, "EdDSA", k.strangeEd, head("EdDSA", "ed"), claims()), auth.Signature},
	}
}

func hostileRSA(t *testing.T, k keys) []hostile {
	t.Helper()
	good := text(head("RS256", "rsa"), claims())
	digest := sha256.Sum256([]byte(good))
	signature, err := rsa.SignPKCS1v15(nil, k.rsa, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	pss, err := rsa.SignPSS(rand.Reader, k.rsa, crypto.SHA256, digest[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rsa.SignPKCS1v15(nil, k.rsa, crypto.Hash(0), digest[:]) // no DigestInfo
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 256)
	one[255] = 1
	signed := func(name string, signature []byte) hostile {
		return hostile{name, "Bearer " + good + "." + b64(signature), auth.Signature}
	}
	return []hostile{
		signed("RS256, zeros", make([]byte, 256)),
		signed("RS256, one", one),
		signed("RS256, the modulus", k.rsa.N.Bytes()),
		signed("RS256, the modulus less one", new(big.Int).Sub(k.rsa.N, big.NewInt(1)).Bytes()),
		signed("RS256, ones", slices.Repeat([]byte{0xff}, 256)),
		signed("RS256, a byte short", signature[:255]),
		signed("RS256, a byte long", append(slices.Clone(signature), 0)),
		signed("RS256, a zero in front", append([]byte{0}, signature...)),
		signed("RS256, reversed", reversed(signature)),
		signed("RS256, empty", nil),
		signed("RS256, without the name of the hash", raw),
		signed("RS256, padded as PS256", pss),
		forge("PS256, padded as RS256", "PS256", "rsa", signature),
		{"RS256, of another token", "Bearer " + text(head("RS256", "rsa"), claims("sub", `"root"`)) + "." + b64(signature), auth.Signature},
		{"RS256, hashed as RS512", "Bearer " + sign(t, "RS512", k.rsa, head("RS256", "rsa"), claims()), auth.Signature},
		{"PS512, hashed as PS256", "Bearer " + sign(t, "PS256", k.rsa, head("PS512", "rsa"), claims()), auth.Signature},
		{"RS256, by a stranger", "Bearer " + sign(t, "RS256", k.strangeRSA, head("RS256", "rsa"), claims()), auth.Signature},
		{"PS384, by a stranger", "Bearer " + sign(t, "PS384", k.strangeRSA, head("PS384", "rsa"), claims()), auth.Signature},
	}
}

func reversed(b []byte) []byte {
	r := slices.Clone(b)
	slices.Reverse(r)
	return r
}
