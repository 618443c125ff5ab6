// Package worktree copies the working tree to a folder of its own, for tests that work
// as a developer does: they edit sources, run commands, build and deploy, and a
// developer's own work in the repository is not disturbed.
package worktree

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

// notCopied is what git ignores, and git's own.
var notCopied = []string{".git", ".build", ".cache", ".local", ".serverless", ".aws-sam", "node_modules"}

// Copy is a copy of the repository.
type Copy struct {
	// Dir is its folder, without symbolic links in it.
	Dir string
}

// New copies the sources of the repository around the working directory to a new
// folder, whose name begins with prefix. What is installed is installed if need be,
// and shared.
func New(prefix string) (Copy, error) {
	root, err := repository.Root()
	if err != nil {
		return Copy{}, err
	}
	if err := localaws.Install(context.Background(), root, os.Stderr); err != nil {
		return Copy{}, err
	}
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return Copy{}, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return Copy{}, err
	}
	if err := copyTree(root, dir); err != nil {
		return Copy{}, err
	}
	for _, name := range []string{".cache", "node_modules"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return Copy{}, err
		}
	}
	return Copy{dir}, nil
}

// Remove removes the copy.
func (c Copy) Remove() error { return os.RemoveAll(c.Dir) }

// Write writes a file of the copy.
func (c Copy) Write(name, content string) error {
	file := filepath.Join(c.Dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(content), 0o644)
}

// Processes are the command lines of all processes that name the copy: the emulator,
// the functions, and the framework all do.
func (c Copy) Processes() ([]string, error) {
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	if err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, c.Dir) {
			found = append(found, line)
		}
	}
	return found, nil
}

func copyTree(from, to string) error {
	return sources(from, func(name string, d fs.DirEntry) error {
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		return copyFile(filepath.Join(from, name), filepath.Join(to, name))
	})
}

// sources calls f with each source file and folder, named relative to the root.
func sources(root string, f func(name string, d fs.DirEntry) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if slices.Contains(notCopied, name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return f(name, d)
	})
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm())
}

// DependOnSources opens every source in the repository, so that go knows what a test's
// result depends on. What TestMain reads it does not see, and would take an old
// result for a new service's.
func DependOnSources(t testing.TB) {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	require.NoError(t, sources(root, func(name string, d fs.DirEntry) error {
		if d.IsDir() {
			return nil
		}
		file, err := os.Open(filepath.Join(root, name))
		if err != nil {
			return err
		}
		return file.Close()
	}))
}
