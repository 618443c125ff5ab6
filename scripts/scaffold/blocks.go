package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// block is a member or an item of a YAML collection: lines from start, where its comment begins, to
// end. The line with the key comes after the comment.
type block struct {
	key              string // of a member; the whole line of an item
	start, line, end int
}

var member = regexp.MustCompile(`^"?([^\s:"#-][^\s:"]*)"?:(?:\s|$)`)

// blocksIn returns the blocks of the outermost collection in lines from start to end.
func blocksIn(lines []string, start, end int) (blocks []block) {
	depth, comment := -1, -1
	for i := start; i < end; i++ {
		text := strings.TrimSpace(lines[i])
		switch {
		case text == "":
			comment = -1
		case depth >= 0 && indent(lines[i]) > depth: // below a block
		case text[0] == '#' && comment < 0:
			comment = i
		case text[0] != '#':
			b := block{text, i, i, i + 1}
			if m := member.FindStringSubmatch(text); m != nil {
				b.key = m[1]
			}
			if comment >= 0 {
				b.start = comment
			}
			depth, comment = indent(lines[i]), -1
			blocks = append(blocks, b)
		}
	}
	for i := range blocks {
		next := end
		if i+1 < len(blocks) {
			next = blocks[i+1].start
		}
		for blocks[i].end = next; strings.TrimSpace(lines[blocks[i].end-1]) == ""; blocks[i].end-- {
		}
	}
	return blocks
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// find returns the block at a path of keys.
func find(lines []string, keys ...string) (block, error) {
	b := block{line: -1, end: len(lines)}
	for i, key := range keys {
		siblings := blocksIn(lines, b.line+1, b.end)
		at := slices.IndexFunc(siblings, func(s block) bool { return s.key == key })
		if at < 0 {
			return b, fmt.Errorf("there is no %s", strings.Join(keys[:i+1], " > "))
		}
		b = siblings[at]
	}
	return b, nil
}

// copyNamed repeats the blocks whose keys or items are renamed, below the last of their siblings
// that are.
func copyNamed(lines []string, names rename) []string {
	type insertion struct {
		at    int
		lines []string
	}
	var all []insertion
	var walk func(start, end int)
	walk = func(start, end int) {
		siblings := blocksIn(lines, start, end)
		var copies []string
		at := start
		for _, b := range siblings {
			if names(b.key) != b.key {
				at, copies = b.end, append(copies, copied(lines[b.start:b.end], names, apart(siblings))...)
			} else if !strings.HasSuffix(lines[b.line], "|") {
				walk(b.line+1, b.end)
			}
		}
		all = append(all, insertion{at, copies})
	}
	walk(0, len(lines))
	slices.SortStableFunc(all, func(a, b insertion) int { return a.at - b.at })
	for _, in := range slices.Backward(all) {
		lines = slices.Insert(slices.Clone(lines), in.at, in.lines...)
	}
	return lines
}

// apart reports whether blank lines separate the blocks of a collection.
func apart(blocks []block) bool {
	for i := range blocks[1:] {
		if blocks[i].end < blocks[i+1].start {
			return true
		}
	}
	return false
}

var (
	anchor     = regexp.MustCompile(`^(\s*(?:- )?(?:[^\s:]+: )?)&(\w+)`)
	flowAnchor = regexp.MustCompile(`&(\w+) \{[^{}]*\}`)
)

// copied returns lines with other names, after a blank line if they stand apart. An anchor that
// keeps its name is defined by the original, to which the copy refers.
func copied(lines []string, names rename, apart bool) (result []string) {
	if apart {
		result = append(result, "")
	}
	for i := 0; i < len(lines); i++ {
		isKept := func(name string) bool { return strings.Contains(lines[i], "&"+name) }
		line := flowAnchor.ReplaceAllStringFunc(names(lines[i]), func(definition string) string {
			if name := flowAnchor.FindStringSubmatch(definition)[1]; isKept(name) {
				return "*" + name
			}
			return definition
		})
		if m := anchor.FindStringSubmatch(line); m != nil && isKept(m[2]) {
			line = m[1] + "*" + m[2]
			for depth := indent(line); i+1 < len(lines) && indent(lines[i+1]) > depth; i++ {
			}
		}
		result = append(result, line)
	}
	return result
}
