// Package repository finds the folder of this repository.
package repository

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// module is the line of go.mod by which this repository is known.
const module = "module users-api"

// Root is the nearest folder, from the working one upwards, that holds this
// module's go.mod and serverless.yml. A test works in its package's folder.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return rootAbove(dir)
}

func rootAbove(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		found, err := isRoot(d)
		if found || err != nil {
			return d, err
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s is in no checkout of users-api: run this in the repository's folder", dir)
		}
	}
}

func isRoot(dir string) (bool, error) {
	gomod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "serverless.yml"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	isModule := func(line string) bool { return strings.TrimSpace(line) == module }
	return err == nil && slices.ContainsFunc(strings.Split(string(gomod), "\n"), isModule), err
}
