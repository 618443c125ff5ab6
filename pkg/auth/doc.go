// Package auth decides who may call what.
//
// The authorizer in front of the API turns a credential into a Principal and
// the Principal into a policy over the whole stage; the functions behind it
// read the Principal back and check its scope once more. Both ends of that
// wire, and the one table of routes and scopes that both are computed from,
// are in this package.
//
// A credential is the value of one request header, by default
//
//	Authorization: Bearer <JSON Web Token>
//	Authorization: ApiKey <key>
//
// A token is good when it is signed by the configured secret (HS256) or by a
// key that the issuer publishes (JWKS_URL), has not expired, and names the
// expected issuer and audience. An API key is good when its SHA-256 digest is
// configured. Everything else is refused, and the caller learns nothing about
// the reason: that goes to the operator as a Reason, of which there are few,
// and which never holds any part of what the caller sent.
//
// What stands between an attacker and the API, by RFC 8725 (JWT best current
// practices):
//
//   - The algorithms are configured, never taken from the token, and each key
//     serves only the algorithms of its own type, curve and "alg" member.
//   - Names of JSON members are compared exactly, and an object with one
//     member twice is refused, in a header, in claims and in a key set.
//     Package encoding/json takes "EXP" for "exp" and the last of two.
//   - A header that points at a key (jwk, jku, x5c, x5u) or asks for more
//     than a signature (crit, b64, zip, cty, enc) is refused.
//   - Base64url is taken in its one canonical form, and 8 KB are the most that
//     is looked at.
//
// Signatures and times are checked by golang-jwt; key sets and the JSON of tokens
// are read by go-jose, because its decoder is the one that keeps the promise about
// names. Neither costs the functions behind the authorizer more than about
// 20 KB and 20 microseconds at start, so there is one package and not two.
//
// Limits: tokens are not revoked one by one (the issuer's keys, JWT_SECRET and
// API_KEYS are), and a JWE is not read. API Gateway remembers a policy for the
// authorizer's time to live; Require refuses a token that has expired since. An
// ECDSA signature (r, s) has a twin (r, n-s) that is as good, since RFC 7518 asks
// for neither: the same claims have two spellings, so the text of a token is no
// key to tell tokens apart by.
package auth
