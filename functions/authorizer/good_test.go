package main

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
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
		want, err := credential.Decide(auth.Principal{Scopes: scopes}, methodARN)
		require.NoError(t, err)
		assert.Equal(t, want.PolicyDocument, o.decision.PolicyDocument, name)
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
