// Package adopt makes another API of a copy of this repository, by the commands of docs/adopting.md.
package adopt

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/install"
	"users-api/scripts/internal/localaws"
)

// adopting is the document whose commands make another API.
const adopting = "docs/adopting.md"

// published is the service's name in the repository that teams copy.
const published = "users-api"

func TestRename(t *testing.T) {
	tree := copyTree(t)
	run := func(name string, args ...string) string {
		return strings.TrimSpace(tree.Command(t, name, args...).Stdout.Text())
	}
	module := run("go", "list", "-m")
	run("make", "rename", "MODULE=github.com/Acme-2/orders.api/v2", "SERVICE=orders")
	_, err := tree.Run(t.Context(), nil, "make", "rename", "SERVICE=other")
	assert.ErrorContains(t, err, "commit or stash")
	if localaws.Service == published {
		assert.Equal(t, "LICENSE", run("git", "grep", "--name-only", published, "--", ":!CHANGELOG.md", ":!scripts/tests/adopt"))
	}
	run("make", "check")
	commit(t, tree)
	run("make", "rename", "MODULE="+module, "SERVICE="+localaws.Service)
	assert.Empty(t, run("git", "diff", "HEAD~"), "renaming back restores everything")
}

// copyTree copies the working tree, as the first commit of a repository of its own.
func copyTree(t *testing.T, more ...install.Tool) harness.Tree {
	t.Helper()
	tree := harness.CopyTree(t, more...)
	tree.Command(t, "git", "init", "--quiet")
	commit(t, tree)
	return tree
}

func commit(t *testing.T, tree harness.Tree) {
	t.Helper()
	tree.Command(t, "git", "add", "--all")
	tree.Command(t, "git", "-c", "user.name=team", "-c", "user.email=team@acme.example", "commit", "--quiet", "--message=step")
}
