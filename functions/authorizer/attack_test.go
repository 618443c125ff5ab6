package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
)

// hostile is a credential that nobody may get in with, and what the authorizer
// should see in it: a credential that is refused for another reason than its
// own proves nothing.
type hostile struct {
	name   string
	header string
	want   auth.Reason
}

// leastAttacks is how many hostile credentials the suite promises.
const leastAttacks = 100

// attack sends every hostile credential and gives the headers that it sent.
func attack(t *testing.T, d deployments) []string {
	t.Helper()
	var sent []string
	names := map[string]bool{}
	for _, wave := range []struct {
		name  string
		at    *function
		whole []hostile
	}{
		{"header", d.secret, hostileHeaders()},
		{"structure", d.secret, hostileStructures()},
		{"algorithm", d.secret, hostileAlgorithms()},
		{"parameter", d.secret, hostileParameters(d.luring)},
		{"claims", d.secret, hostileClaims()},
		{"times", d.secret, hostileTimes()},
		{"mac", d.secret, hostileMACs()},
		{"API key", d.secret, hostileAPIKeys()},
		{"bare key", d.bare, hostileBareKeys()},
		{"confusion", d.issuer, hostileConfusion(t, d.keys)},
		{"published key", d.issuer, hostileKeys(t, d.keys, d.luring)},
		{"signature", d.issuer, hostileSignatures(t, d.keys)},
	} {
		for _, h := range wave.whole {
			name := wave.name + ": " + h.name
			assert.False(t, names[name], "two attacks are called %q", name)
			names[name] = true
			sent = append(sent, h.header)
			o := wave.at.invoke(t, h.header)
			assert.Equal(t, "Unauthorized", o.errorText, "%s was let in as %s", name, o.decision.PrincipalID)
			assert.Equal(t, string(h.want), o.reason, name)
		}
	}
	t.Logf("%d hostile credentials", len(names))
	assert.GreaterOrEqual(t, len(names), leastAttacks)
	return sent
}
