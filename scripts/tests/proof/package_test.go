package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/worktree"
)

// testPackages packages every kind of stage with no credentials and no network, from
// the same sources in two folders.
func testPackages(t *testing.T) {
	env := withoutAccount(t)
	one, two := newCopy(t), newCopy(t)
	packages := map[string]map[string]string{}
	for _, name := range []string{"local", "dev", "prod", "v2"} {
		packages[name] = (&stage{name: name, work: one}).packaged(t, env)
	}
	elsewhere := &stage{name: "dev", work: two}
	assert.Equal(t, packages["dev"], elsewhere.packaged(t, env), "the same sources give the same packages")
	for _, name := range []string{"prod", "v2"} {
		assert.Equal(t, packages["dev"], packages[name], "a package does not depend on the stage")
	}

	out, err := elsewhere.try(t, env, "deploy")
	require.Error(t, err, out)
	assert.Contains(t, out, "AWS provider credentials not found")
}

// packaged makes a stage's packages and gives the hash of each function's.
func (s *stage) packaged(t *testing.T, env []string) map[string]string {
	t.Helper()
	out, err := s.try(t, env, "package")
	require.NoError(t, err, out)
	hashes := map[string]string{}
	for _, name := range all {
		hashes[name] = s.built(t, name)
	}
	return hashes
}

func newCopy(t *testing.T) worktree.Copy {
	t.Helper()
	c, err := worktree.New("users-api-proof-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Remove()) })
	return c
}

// withoutAccount is the environment of somebody who has never heard of AWS, on a
// machine without a network. What Go has downloaded and compiled is all there.
func withoutAccount(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	require.NoError(t, err)
	folders := strings.Split(string(out), "\n")
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"GOCACHE=" + folders[0], "GOMODCACHE=" + folders[1],
		// Where nobody listens.
		"HTTPS_PROXY=http://127.0.0.1:9", "HTTP_PROXY=http://127.0.0.1:9",
	}
}

// built is the hash of a function's package.
func (s *stage) built(t *testing.T, function string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.work.Dir, ".serverless", function+".zip"))
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
