// Package repository finds the folder of this repository.
package repository

import (
	"fmt"
	"os"
	"path/filepath"
)

// Root is the nearest folder, from the working one upwards, that holds go.mod and
// serverless.yml. A test works in its package's folder.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return rootAbove(dir)
}

func rootAbove(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if exists(filepath.Join(d, "go.mod")) && exists(filepath.Join(d, "serverless.yml")) {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s is in no checkout of users-api: run this in the repository's folder", dir)
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
