package e2e

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

// testClients makes clients in Go and TypeScript from openapi.yml, and runs the walks through the API
// in scripts/tests/clients. They list the newest users, so no other test may run at the same time.
func testClients(t *testing.T) {
	env := append(os.Environ(), "API_URL="+dev.URL, "AUTHORIZATION="+token, "GOFLAGS=")
	for _, line := range []string{
		`go tool oapi-codegen -generate types,client -package clients -o client.gen.go ../../../openapi.yml && go test -count=1 .`,
		`ln -s ../../../.cache/openapi/node_modules . && PATH="$PWD/node_modules/.bin:$PATH" &&
			openapi-typescript ../../../openapi.yml -o api.d.ts && tsc && node --test walk.test.js`,
	} {
		_, err := tree.Run(t.Context(), env, "sh", "-c", "cd scripts/tests/clients && "+line)
		assert.NoError(t, err)
	}
}
