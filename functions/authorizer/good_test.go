package main

import (
	"crypto"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

// sendGoodCredentials sends a valid token for every algorithm and the API key, and returns the
// headers that it sent.
func sendGoodCredentials(t *testing.T, d deployments) []string {
	t.Helper()
	var sent []string
	expect := func(f *function, name, header, principal string, scopes ...auth.Scope) {
		t.Helper()
		sent = append(sent, header)
		o := f.invoke(t, header)
		assert.Empty(t, o.errorText, "%s: %s", name, o.reason)
		assert.Equal(t, principal, o.decision.PrincipalID, name)
		if assert.Len(t, o.decision.PolicyDocument.Statement, 1, name) {
			assert.Equal(t, "Allow", o.decision.PolicyDocument.Statement[0].Effect, name)
			assert.Len(t, o.decision.PolicyDocument.Statement[0].Resource, routesOf(scopes), name)
		}
	}
	expect(d.secret, "HS256", "Bearer "+hs256(goodHeader, claims()), "jwt:alice", auth.UsersRead, auth.UsersWrite)
	expect(d.secret, "HS256, scheme in lower case", "bearer "+hs256(goodHeader, claims()), "jwt:alice", auth.UsersRead, auth.UsersWrite)
	expect(d.secret, "HS256, one scope", "BEARER  "+hs256(goodHeader, claims("scope", `"users:write"`)), "jwt:alice", auth.UsersWrite)
	expect(d.secret, "HS256, several audiences", "Bearer "+hs256(goodHeader, claims("aud", `["a","`+audience+`"]`)), "jwt:alice", auth.UsersRead, auth.UsersWrite)
	expect(d.secret, "API key", "ApiKey "+apiKey, "api-key:partner", auth.UsersRead)
	expect(d.bare, "bare API key", apiKey, "api-key:partner", auth.UsersRead)
	for _, k := range []struct {
		id         string
		key        crypto.Signer
		algorithms []string
	}{
		{id: "rsa", key: d.keys.rsa, algorithms: []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}},
		{id: "rs384-only", key: d.keys.rsa, algorithms: []string{"RS384"}},
		{id: "p256", key: d.keys.p256, algorithms: []string{"ES256"}},
		{id: "p384", key: d.keys.p384, algorithms: []string{"ES384"}},
		{id: "p521", key: d.keys.p521, algorithms: []string{"ES512"}},
		{id: "ed", key: d.keys.ed, algorithms: []string{"EdDSA"}},
	} {
		for _, algorithm := range k.algorithms {
			expect(d.issuer, algorithm, "Bearer "+sign(t, algorithm, k.key, joseHeader(algorithm, k.id), claims()), "jwt:alice", auth.UsersRead, auth.UsersWrite)
		}
	}
	return sent
}

// routesOf returns the number of routes that the scopes grant.
func routesOf(scopes []auth.Scope) int {
	n := 0
	for _, r := range auth.Routes() {
		if slices.Contains(scopes, r.Scope) {
			n++
		}
	}
	return n
}
