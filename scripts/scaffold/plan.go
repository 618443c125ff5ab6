package main

import (
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// names changes the names in a text, and keeps its lines.
type names func(text string) string

// plan has the new texts of files by their paths from the root.
type plan map[string]string

// read returns the text of a file, as it is changed so far.
func (p plan) read(file string) string {
	if text, ok := p[file]; ok {
		return text
	}
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	return string(text)
}

func (p plan) set(file, text string) {
	if filepath.Ext(file) == ".go" {
		formatted, err := format.Source([]byte(text)) // which also sorts the imports
		if err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		text = string(formatted)
	}
	p[file] = text
}

// write writes the changes and lists them.
func (p plan) write() {
	for _, file := range slices.Sorted(maps.Keys(p)) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(p[file]), 0o644)); err != nil {
			log.Fatal(err)
		}
		fmt.Println("wrote", file)
	}
}

// git returns what a command of git lists with -z.
func git(args ...string) []string {
	cmd := exec.Command("git", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("git %s: %v: the repository must be one of git", args[0], err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}

// notNames are comments at the end of a line, and imports of the module, which may be called like the entity.
var notNames = regexp.MustCompile(`//.*|"\S+/pkg/\S+"`)

// copyFiles copies the files of folders whose paths have a name that changes. Their code must not
// have names that are taken, such as that of a variable.
func (p plan) copyFiles(rename names, taken *regexp.Regexp, folders ...string) {
	list := []string{"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"}
	for _, file := range git(append(list, folders...)...) {
		to := rename(file)
		if to == file || filepath.Base(file) == "binary_test.go" { // whose limits need one function only
			continue
		}
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			log.Fatalf("%s exists: choose another name", to)
		}
		text := p.read(file)
		if name := taken.FindString(notNames.ReplaceAllString(text, "")); name != "" && filepath.Ext(file) == ".go" {
			log.Fatalf("%s uses the name %s for something else: choose another name", file, name)
		}
		p.set(to, rename(text))
	}
}

// copyLines repeats the lines of a file that have one of the texts, below the last of them.
func (p plan) copyLines(file string, rename names, texts ...string) {
	lines, copies, at := strings.Split(p.read(file), "\n"), []string{}, 0
	for i, line := range lines {
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(line, text) }) {
			copies, at = append(copies, rename(line)), i+1
		}
	}
	p.set(file, strings.Join(slices.Insert(lines, at, copies...), "\n"))
}
