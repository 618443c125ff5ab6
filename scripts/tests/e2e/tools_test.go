package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testSeed has the users of one seed twice.
func testSeed(t *testing.T) {
	_, all, err := command(t, "make", "seed", "N=30", "SEED=4711")
	require.NoError(t, err, all)
	assert.Contains(t, all, "table users-api-local of the local AWS: made 30 users")
	_, all, err = command(t, "make", "seed", "N=40", "SEED=4711")
	require.NoError(t, err, all)
	assert.Contains(t, all, "made 10 users")
	assert.Contains(t, all, "found 30 that were there")
}

// testLoad sends requests of all kinds, and ends with the users that there were.
func testLoad(t *testing.T) {
	before := count(t)
	_, all, err := command(t, "make", "load", "URL="+dev.url, "RATE=10", "DURATION=5s")
	require.NoError(t, err, all)
	assert.Regexp(t, `(?m)^all +\d+ +\S+ +0\.00%`, all, "nothing unexpected; a busy machine may answer 503")
	assert.Regexp(t, `deleted all \d+ users`, all)
	assert.Equal(t, before, count(t))
	plot, err := os.ReadFile(filepath.Join(checkout, ".build", "load.html"))
	require.NoError(t, err)
	assert.Contains(t, string(plot), "GET /users/{id}")
}

// count is how many users there are.
func count(t *testing.T) (n int) {
	t.Helper()
	for cursor := ""; ; {
		p := call(t, request{method: "GET", target: "/users?limit=100" + cursor}).page(t)
		n += len(p.Users)
		if p.NextCursor == "" {
			return n
		}
		cursor = "&cursor=" + p.NextCursor
	}
}
