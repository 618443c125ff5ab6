package main

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

// goodCredentials sends a good token for every algorithm, and the API key, and
// gives the headers that it sent.
func goodCredentials(t *testing.T, d deployments) []string {
	t.Helper()
	var sent []string
	expect := func(f *function, name, header, principal string, routes int) {
		t.Helper()
		sent = append(sent, header)
		o := f.invoke(t, header)
		assert.Empty(t, o.errorText, "%s: %s", name, o.reason)
		assert.Equal(t, principal, o.decision.PrincipalID, name)
		if assert.Len(t, o.decision.PolicyDocument.Statement, 1, name) {
			assert.Equal(t, "Allow", o.decision.PolicyDocument.Statement[0].Effect, name)
			assert.Len(t, o.decision.PolicyDocument.Statement[0].Resource, routes, name)
		}
	}
	expect(d.secret, "HS256", "Bearer "+hs256(goodHeader, claims()), "jwt:alice", len(auth.Routes()))
	expect(d.secret, "HS256, lower case", "bearer "+hs256(goodHeader, claims()), "jwt:alice", len(auth.Routes()))
	expect(d.secret, "HS256, one scope", "BEARER  "+hs256(goodHeader, claims("scope", `"users:write"`)), "jwt:alice", 3)
	expect(d.secret, "HS256, several audiences", "Bearer "+hs256(goodHeader, claims("aud", `["a","`+audience+`"]`)), "jwt:alice", len(auth.Routes()))
	expect(d.secret, "an API key", "ApiKey "+apiKey, "api-key:partner", 2)
	expect(d.bare, "a bare API key", apiKey, "api-key:partner", 2)
	for _, k := range []struct {
		id         string
		key        crypto.Signer
		algorithms []string
	}{
		{"rsa", d.keys.rsa, []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}},
		{"rs384-only", d.keys.rsa, []string{"RS384"}},
		{"p256", d.keys.p256, []string{"ES256"}},
		{"p384", d.keys.p384, []string{"ES384"}},
		{"p521", d.keys.p521, []string{"ES512"}},
		{"ed", d.keys.ed, []string{"EdDSA"}},
	} {
		for _, algorithm := range k.algorithms {
			expect(d.issuer, algorithm, "Bearer "+sign(t, algorithm, k.key, head(algorithm, k.id), claims()), "jwt:alice", len(auth.Routes()))
		}
	}
	return sent
}
