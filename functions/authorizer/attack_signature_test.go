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

// hostileMACs returns HS256 tokens with a wrong signature.
func hostileMACs() []attack {
	input := signingInput(goodHeader, claims())
	correct := mac(secret, input)
	signed := func(name string, signature []byte) attack {
		return attack{name, "Bearer " + input + "." + b64(signature), auth.ErrSignature}
	}
	keyed := func(name, key string) attack { return signed(name, mac(key, input)) }
	flipped := slices.Clone(correct)
	flipped[31] ^= 1
	other := signingInput(goodHeader, claims("sub", `"root"`))
	hash := sha512.Sum512([]byte(secret + input))
	return []attack{
		signed("empty", nil),
		signed("one byte", []byte{0}),
		signed("one byte short", correct[:31]),
		signed("first half", correct[:16]),
		signed("one byte long", append(slices.Clone(correct), 0)),
		signed("repeated", append(slices.Clone(correct), correct...)),
		signed("zeros", make([]byte, 32)),
		signed("ones", slices.Repeat([]byte{0xff}, 32)),
		signed("one bit flipped", flipped),
		signed("hexadecimal", []byte(hex.EncodeToString(correct))),
		signed("hash of secret and input", hash[:32]),
		{name: "signature of another token", header: "Bearer " + other + "." + b64(correct), want: auth.ErrSignature},
		signed("signature of the claims alone", mac(secret, strings.Split(input, ".")[1])),
		signed("signature of the decoded JSON", mac(secret, goodHeader+"."+claims())),
		keyed("empty key", ""),
		keyed("the word secret as key", "secret"),
		keyed("NUL as key", "\x00"),
		keyed("zeros as key", strings.Repeat("\x00", 32)),
		keyed("secret with trailing line feed", secret+"\n"),
		keyed("secret in base64", b64(secret)),
		keyed("secret without last character", secret[:len(secret)-1]),
		keyed("issuer as key", issuer),
		keyed("API key as key", apiKey),
		keyed("reference to the secret as key", "{{resolve:secretsmanager:example/test:SecretString:jwtSecret}}"),
	}
}

// hostileSignatures returns tokens that are signed with another key than they name, or whose
// signature derives from a valid one.
func hostileSignatures(t *testing.T, k keys) []attack {
	t.Helper()
	return slices.Concat(hostileECDSA(t, k), hostileEdDSA(t, k), hostileRSA(t, k))
}

// forge returns a token that names a key and has the given signature.
func forge(name, algorithm, kid string, signature []byte) attack {
	return attack{name, "Bearer " + signingInput(joseHeader(algorithm, kid), claims()) + "." + b64(signature), auth.ErrSignature}
}

func hostileECDSA(t *testing.T, k keys) []attack {
	t.Helper()
	order := k.p256.Params().N
	pair := func(r, s *big.Int) []byte {
		signature := make([]byte, 64)
		r.FillBytes(signature[:32])
		s.FillBytes(signature[32:])
		return signature
	}
	input := signingInput(joseHeader("ES256", "p256"), claims())
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, k.p256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	zero, one := big.NewInt(0), big.NewInt(1)
	signed := func(name string, signature []byte) attack {
		return attack{name, "Bearer " + input + "." + b64(signature), auth.ErrSignature}
	}
	return []attack{
		signed("ES256, zero r and s (psychic signature)", pair(zero, zero)),
		signed("ES256, zero r", pair(zero, s)),
		signed("ES256, zero s", pair(r, zero)),
		signed("ES256, r and s of one", pair(one, one)),
		signed("ES256, r and s of the order", pair(order, order)),
		signed("ES256, s of the order", pair(r, order)),
		signed("ES256, r one below the order", pair(new(big.Int).Sub(order, one), s)),
		signed("ES256, r and s swapped", pair(s, r)),
		signed("ES256, as DER", der),
		signed("ES256, one byte short", pair(r, s)[:63]),
		signed("ES256, one byte long", append(pair(r, s), 0)),
		signed("ES256, leading zero byte", append([]byte{0}, pair(r, s)...)),
		signed("ES256, r and s padded to ES384", slices.Concat(make([]byte, 16), pair(r, s)[:32], make([]byte, 16), pair(r, s)[32:])),
		signed("ES256, empty", nil),
		{name: "ES256, signature of another token", want: auth.ErrSignature,
			header: "Bearer " + signingInput(joseHeader("ES256", "p256"), claims("sub", `"root"`)) + "." + b64(pair(r, s))},
		forge("ES384, zeros", "ES384", "p384", make([]byte, 96)),
		forge("ES512, zeros", "ES512", "p521", make([]byte, 132)),
		{name: "ES256, signed with another key", header: "Bearer " + sign(t, "ES256", k.otherEC, joseHeader("ES256", "p256"), claims()), want: auth.ErrSignature},
	}
}

func hostileEdDSA(t *testing.T, k keys) []attack {
	t.Helper()
	input := signingInput(joseHeader("EdDSA", "ed"), claims())
	signature, err := k.ed.Sign(nil, []byte(input), crypto.Hash(0))
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
	identity := make([]byte, 64) // R is the neutral element, S is zero
	identity[0] = 1
	signed := func(name string, signature []byte) attack {
		return attack{name, "Bearer " + input + "." + b64(signature), auth.ErrSignature}
	}
	return []attack{
		signed("EdDSA, S plus the order", slices.Concat(signature[:32], sum)),
		signed("EdDSA, zeros", make([]byte, 64)),
		signed("EdDSA, neutral element", identity),
		signed("EdDSA, one byte short", signature[:63]),
		signed("EdDSA, one byte long", append(slices.Clone(signature), 0)),
		signed("EdDSA, halves swapped", slices.Concat(signature[32:], signature[:32])),
		signed("EdDSA, empty", nil),
		{name: "EdDSA, signed with another key", header: "Bearer " + sign(t, "EdDSA", k.otherEd, joseHeader("EdDSA", "ed"), claims()), want: auth.ErrSignature},
	}
}

func hostileRSA(t *testing.T, k keys) []attack {
	t.Helper()
	input := signingInput(joseHeader("RS256", "rsa"), claims())
	digest := sha256.Sum256([]byte(input))
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
	signed := func(name string, signature []byte) attack {
		return attack{name, "Bearer " + input + "." + b64(signature), auth.ErrSignature}
	}
	return []attack{
		signed("RS256, zeros", make([]byte, 256)),
		signed("RS256, one", one),
		signed("RS256, modulus", k.rsa.N.Bytes()),
		signed("RS256, modulus minus one", new(big.Int).Sub(k.rsa.N, big.NewInt(1)).Bytes()),
		signed("RS256, ones", slices.Repeat([]byte{0xff}, 256)),
		signed("RS256, one byte short", signature[:255]),
		signed("RS256, one byte long", append(slices.Clone(signature), 0)),
		signed("RS256, leading zero byte", append([]byte{0}, signature...)),
		signed("RS256, reversed", reversed(signature)),
		signed("RS256, empty", nil),
		signed("RS256, without DigestInfo", raw),
		signed("RS256, padded as PS256", pss),
		forge("PS256, padded as RS256", "PS256", "rsa", signature),
		{name: "RS256, signature of another token", want: auth.ErrSignature,
			header: "Bearer " + signingInput(joseHeader("RS256", "rsa"), claims("sub", `"root"`)) + "." + b64(signature)},
		{name: "RS256, signed with RS512", header: "Bearer " + sign(t, "RS512", k.rsa, joseHeader("RS256", "rsa"), claims()), want: auth.ErrSignature},
		{name: "PS512, signed with PS256", header: "Bearer " + sign(t, "PS256", k.rsa, joseHeader("PS512", "rsa"), claims()), want: auth.ErrSignature},
		{name: "RS256, signed with another key", header: "Bearer " + sign(t, "RS256", k.otherRSA, joseHeader("RS256", "rsa"), claims()), want: auth.ErrSignature},
		{name: "PS384, signed with another key", header: "Bearer " + sign(t, "PS384", k.otherRSA, joseHeader("PS384", "rsa"), claims()), want: auth.ErrSignature},
	}
}

func reversed(b []byte) []byte {
	r := slices.Clone(b)
	slices.Reverse(r)
	return r
}
