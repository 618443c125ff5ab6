// Package harness is shared by the tests of the whole: a copy of the working tree, commands that
// run in it, and a client of the API.
//
// Its tests work as a developer does: they edit sources, run commands, build and deploy. In the
// copy they do not disturb work in the repository.
package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"users-api/scripts/internal/install"
	"users-api/scripts/internal/repository"
)

// shared are folders that a copy shares with the repository; leftOut are the others that git ignores.
var (
	shared  = []string{".cache", "node_modules"}
	leftOut = []string{".git", ".build", ".local", ".serverless", ".aws-sam"}
)

// Tree is a copy of the working tree.
type Tree struct {
	Dir string // without symbolic links in it
}

// CopyTree copies the working tree to a new temporary folder, for the caller to remove. It
// installs the tools that a deployment needs, and more, if they are missing.
func CopyTree(more ...install.Tool) (Tree, error) {
	// The make that runs the tests must not share its flags and jobs with those that the tests run.
	os.Unsetenv("MAKEFLAGS")
	root, err := repository.Root()
	if err != nil {
		return Tree{}, err
	}
	tools := append(more, install.Framework, install.LocalAWS)
	if err := install.Install(context.Background(), root, os.Stderr, tools...); err != nil {
		return Tree{}, err
	}
	dir, err := os.MkdirTemp("", "service-")
	if err != nil {
		return Tree{}, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return Tree{}, err
	}
	return Tree{dir}, copyTree(root, dir)
}

func copyTree(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	args := []string{"-R"}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case slices.Contains(shared, name):
			if err := os.Symlink(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
				return err
			}
		case !slices.Contains(leftOut, name):
			args = append(args, filepath.Join(from, name))
		}
	}
	if out, err := exec.Command("cp", append(args, to)...).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the working tree: %w\n%s", err, out)
	}
	return nil
}

// Remove removes the copy. It is an error if a process still runs that names the copy in its
// command line, as the local AWS, the functions and the framework do.
func (t Tree) Remove() error {
	running, err := t.Processes()
	if err == nil && len(running) > 0 {
		err = fmt.Errorf("still running:\n%s", strings.Join(running, ""))
	}
	return errors.Join(err, os.RemoveAll(t.Dir))
}

// Processes are the ids and command lines of the processes that name the copy.
func (t Tree) Processes() ([]string, error) {
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	lines := slices.Collect(strings.Lines(string(out)))
	return slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, t.Dir) }), err
}

// Write writes a file of the copy.
func (t Tree) Write(name, content string) error {
	file := filepath.Join(t.Dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(content), 0o644)
}

// Function is a function of serverless.yml.
type Function struct {
	Handler    string      // the folder of its source
	Statements []Statement `yaml:"iamRoleStatements"`
}

// Statement is a part of a function's policy.
type Statement struct {
	Effect   string   `yaml:"Effect"`
	Action   []string `yaml:"Action"`
	Resource any      `yaml:"Resource"`
}

// Functions are the functions of serverless.yml in a folder, by name.
func Functions(root string) (map[string]Function, error) {
	data, err := os.ReadFile(filepath.Join(root, "serverless.yml"))
	if err != nil {
		return nil, err
	}
	var service struct{ Functions map[string]Function }
	err = yaml.Unmarshal(data, &service)
	return service.Functions, err
}
