// Command rename gives the Go module and the service of this repository the names that MODULE and
// SERVICE have in the environment. The present ones are those in go.mod and serverless.yml; one
// that is not given stays.
//
// It changes files that git tracks, and only if everything is committed: `git diff` then shows
// all that it did, and `git restore .` undoes it.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

func main() {
	if err := run(names{os.Getenv("MODULE"), os.Getenv("SERVICE")}, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(to names, out io.Writer) error {
	if to == (names{}) {
		return errors.New("which names? make rename MODULE=github.com/acme/orders-api SERVICE=orders-api")
	}
	root, err := repository.Root()
	if err != nil {
		return err
	}
	from, functions, err := readNames(root)
	if err != nil {
		return err
	}
	to = names{cmp.Or(to.module, from.module), cmp.Or(to.service, from.service)}
	if err := to.check(functions); err != nil {
		return err
	}
	files, err := committed(root)
	if err != nil {
		return err
	}
	renamed, err := renameIn(root, files, from, to)
	if err == nil {
		_, err = fmt.Fprintf(out, "changed %d files: module %s to %s, service %s to %s\n", renamed, from.module, to.module, from.service, to.service)
	}
	return err
}

// committed returns the files that git tracks. It is an error if something is not committed,
// or while `make dev` runs, which would deploy what is renamed.
func committed(root string) ([]string, error) {
	if _, err := localaws.Running(filepath.Join(root, ".local")); !errors.Is(err, localaws.ErrNotRunning) {
		return nil, cmp.Or(err, localaws.ErrRunning)
	}
	changes, err := git(root, "status", "--porcelain")
	if err != nil {
		return nil, fmt.Errorf("%w\ngit is to show and to undo what rename changes: run git init, git add -A and git commit first", err)
	}
	if changes != "" {
		return nil, fmt.Errorf("not committed:\n%scommit or stash it first, so that git shows and undoes only what rename changes", changes)
	}
	list, err := git(root, "ls-files", "-z")
	return strings.FieldsFunc(list, func(r rune) bool { return r == 0 }), err
}

func git(root string, args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// renameIn changes the files, all or none, and returns how many it changed.
func renameIn(root string, files []string, from, to names) (int, error) {
	changed := map[string][]byte{}
	for _, file := range files {
		path := filepath.Join(root, file)
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || file == "LICENSE" || file == "CHANGELOG.md" {
			continue // history keeps its names
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, err
		}
		renamed, err := rename(file, text, from, to)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		if !bytes.Equal(text, renamed) {
			changed[path] = renamed
		}
	}
	for path, text := range changed {
		if err := os.WriteFile(path, text, 0o644); err != nil { // an existing file keeps its mode
			return 0, err
		}
	}
	return len(changed), nil
}
