// Package repository finds the folder of this repository.
package repository

import (
	"fmt"
	"os"
	"path/filepath"
)

// Root is the nearest folder, from the working one upwards, that has a serverless.yml. A test works
// in its package's folder.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "serverless.yml")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s is not in the repository: run this in its folder, where serverless.yml is", dir)
		}
	}
}
