package main

import (
	"errors"
	"fmt"
	"go/format"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// rename changes the names in a text, and keeps its lines.
type rename func(text string) string

// plan has the changes to the repository, which are written together, or not at all after an error.
type plan struct {
	root    string
	changed map[string]string // text by path from the root
	added   []string
	err     error // the first
}

func (p *plan) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// read returns the text of a file, as it is changed so far.
func (p *plan) read(file string) string {
	if text, ok := p.changed[file]; ok {
		return text
	}
	text, err := os.ReadFile(filepath.Join(p.root, file))
	if err != nil {
		p.fail("%w", err)
	}
	return string(text)
}

// lineComment is a comment of Go at the end of a line.
var lineComment = regexp.MustCompile(`//.*`)

// copyFiles copies the files of folders whose paths have a name that changes. Their code must not
// have names that are taken, such as that of a variable.
func (p *plan) copyFiles(names rename, taken *regexp.Regexp, folders ...string) {
	args := append([]string{"-C", p.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"}, folders...)
	list, err := exec.Command("git", args...).Output()
	if err != nil {
		p.fail("the files are those that git lists, and git ls-files failed: %w", err)
	}
	for _, file := range strings.FieldsFunc(string(list), func(r rune) bool { return r == 0 }) {
		to := names(file)
		if to == file || path.Base(file) == "binary_test.go" { // whose limits need one function only
			continue
		}
		if _, err := os.Lstat(filepath.Join(p.root, to)); !errors.Is(err, fs.ErrNotExist) {
			p.fail("%s exists: choose another name", to)
		}
		text := p.read(file)
		if name := taken.FindString(lineComment.ReplaceAllString(text, "")); name != "" && path.Ext(file) == ".go" {
			p.fail("%s uses the name %s for something else: choose another name", file, name)
		}
		p.set(to, names(text))
		p.added = append(p.added, to)
	}
}

// edit changes the lines of a file.
func (p *plan) edit(file string, change func(lines []string) ([]string, error)) {
	lines, err := change(strings.Split(p.read(file), "\n"))
	if err != nil {
		p.fail("%s: %w", file, err)
	}
	p.set(file, strings.Join(lines, "\n"))
}

// copyNamed repeats the blocks of YAML files that are named after what is copied.
func (p *plan) copyNamed(names rename, files ...string) {
	for _, file := range files {
		p.edit(file, func(lines []string) ([]string, error) {
			changed := copyNamed(lines, names)
			if len(changed) == len(lines) {
				return nil, errors.New("no block is named after what is copied")
			}
			return changed, nil
		})
	}
}

// copyLines repeats the lines of a file that have one of the texts, below the last of them.
func (p *plan) copyLines(file string, names rename, texts ...string) {
	p.edit(file, func(lines []string) ([]string, error) {
		var copies []string
		at := 0
		for i, line := range lines {
			if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(line, text) }) {
				copies, at = append(copies, names(line)), i+1
			}
		}
		if at == 0 {
			return nil, fmt.Errorf("there is no line with %s", strings.Join(texts, " or "))
		}
		return slices.Insert(lines, at, copies...), nil
	})
}

func (p *plan) set(file, text string) {
	if filepath.Ext(file) == ".go" && p.err == nil {
		formatted, err := format.Source([]byte(text)) // which also sorts the imports
		if err != nil {
			p.fail("%s: %w", file, err)
		}
		text = string(formatted)
	}
	p.changed[file] = text
}

// write writes the changes and lists them.
func (p *plan) write(out io.Writer) error {
	if p.err != nil {
		return p.err
	}
	for _, file := range slices.Sorted(maps.Keys(p.changed)) {
		to := filepath.Join(p.root, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, []byte(p.changed[file]), 0o644)); err != nil {
			return err
		}
		fmt.Fprintln(out, map[bool]string{true: "added  ", false: "changed"}[slices.Contains(p.added, file)], file)
	}
	return nil
}
