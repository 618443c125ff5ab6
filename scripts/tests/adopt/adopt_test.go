// Package adopt makes another API of a copy of this repository, by the commands of docs/adopting.md.
package adopt

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// published is the service's name in the repository that teams copy.
const published = "users-api"

func TestAdopt(t *testing.T) {
	tree := harness.CopyTree(t)
	run := func(name string, args ...string) string {
		return strings.TrimSpace(tree.Command(t, name, args...).Stdout.Text())
	}
	commit := func() {
		run("git", "add", "--all")
		run("git", "-c", "user.name=team", "-c", "user.email=team@acme.example", "commit", "--quiet", "--message=step")
	}

	run("git", "init", "--quiet")
	rename := []string{"rename", "MODULE=github.com/Acme-2/orders.api/v2", "SERVICE=orders"}
	_, err := tree.Run(t.Context(), nil, "make", rename...)
	assert.ErrorContains(t, err, "commit or stash")
	commit()
	module := run("go", "list", "-m")
	run("make", rename...)
	if localaws.Service == published {
		assert.Equal(t, "LICENSE", run("git", "grep", "--name-only", published, "--", ":!CHANGELOG.md", ":!scripts/tests/adopt"))
	}
	run("make", "check")
	serves(t, tree)
	commit()
	run("make", "rename", "MODULE="+module, "SERVICE="+localaws.Service)
	assert.Empty(t, run("git", "diff", "HEAD~"), "renaming back restores everything")
}

// serves runs `make dev`, and lists users by a token of `make token`.
func serves(t *testing.T, tree harness.Tree) {
	t.Helper()
	started := time.Now()
	dev := tree.StartDev(t)
	defer func() { assert.NoError(t, dev.Interrupt()) }()
	t.Logf("%5.1f s  make dev", time.Since(started).Seconds())
	a := harness.Send(t, dev.URL, harness.Request{Method: "GET", Target: "/users", Credential: tree.Token(t)})
	assert.Equal(t, http.StatusOK, a.Status, a.Body)
}
