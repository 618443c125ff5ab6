package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

// attack is a credential that the authorizer must refuse, and the reason: a refusal for another
// reason does not test the attack.
type attack struct {
	name   string
	header string
	want   auth.Reason
}

// minAttacks is the least number of attacks.
const minAttacks = 100

// sendAttacks sends every attack and returns the headers that it sent.
func sendAttacks(t *testing.T, d deployments) []string {
	t.Helper()
	var sent []string
	names := map[string]bool{}
	for _, group := range []struct {
		name     string
		function *function
		attacks  []attack
	}{
		{name: "header", function: d.secret, attacks: hostileHeaders()},
		{name: "structure", function: d.secret, attacks: hostileStructures()},
		{name: "algorithm", function: d.secret, attacks: hostileAlgorithms()},
		{name: "parameter", function: d.secret, attacks: hostileParameters(d.decoyURL)},
		{name: "claims", function: d.secret, attacks: hostileClaims()},
		{name: "times", function: d.secret, attacks: hostileTimes()},
		{name: "mac", function: d.secret, attacks: hostileMACs()},
		{name: "API key", function: d.secret, attacks: hostileAPIKeys()},
		{name: "bare key", function: d.bare, attacks: hostileBareKeys()},
		{name: "confusion", function: d.issuer, attacks: hostileConfusion(t, d.keys)},
		{name: "published key", function: d.issuer, attacks: hostileKeys(t, d.keys, d.decoyURL)},
		{name: "signature", function: d.issuer, attacks: hostileSignatures(t, d.keys)},
	} {
		for _, a := range group.attacks {
			name := group.name + ": " + a.name
			assert.False(t, names[name], "duplicate attack name %q", name)
			names[name] = true
			sent = append(sent, a.header)
			o := group.function.invoke(t, a.header)
			assert.Equal(t, "Unauthorized", o.errorText, "%s was accepted as %s", name, o.decision.PrincipalID)
			assert.Equal(t, string(a.want), o.reason, name)
		}
	}
	t.Logf("%d attacks", len(names))
	assert.GreaterOrEqual(t, len(names), minAttacks)
	return sent
}
