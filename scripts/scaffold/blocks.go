package main

import (
	"log"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// block is a member of a mapping or an item of a sequence in YAML: the lines from start, where its
// comment begins, to end.
type block struct {
	key        string // of a member; the whole line of an item
	value      *yaml.Node
	start, end int
}

// document returns the lines of a YAML file, and all of them as a block.
func (p plan) document(file string) ([]string, block) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(p.read(file)), &document); err != nil {
		log.Fatalf("%s: %v", file, err)
	}
	lines := strings.Split(p.read(file), "\n")
	return lines, block{value: document.Content[0], end: len(lines)}
}

// blocks returns the blocks in a block.
func (b block) blocks(lines []string) (all []block) {
	width := map[yaml.Kind]int{yaml.SequenceNode: 1, yaml.MappingNode: 2}[b.value.Kind]
	if width == 0 || b.value.Style&yaml.FlowStyle != 0 {
		return nil
	}
	for nodes := range slices.Chunk(b.value.Content, width) {
		in := block{key: nodes[0].Value, value: nodes[width-1], start: nodes[0].Line - 1}
		if width == 1 {
			in.key = strings.TrimSpace(lines[in.start])
		}
		for in.start > 0 && strings.HasPrefix(strings.TrimSpace(lines[in.start-1]), "#") {
			in.start--
		}
		all = append(all, in)
	}
	end := b.end
	for i := range slices.Backward(all) {
		for all[i].end = end; lines[all[i].end-1] == ""; all[i].end-- {
		}
		end = all[i].start
	}
	return all
}

// find returns the block in a block at a path of keys, if there is one.
func (b block) find(lines []string, keys ...string) (block, bool) {
	for _, key := range keys {
		siblings := b.blocks(lines)
		i := slices.IndexFunc(siblings, func(s block) bool { return s.key == key })
		if i < 0 {
			return b, false
		}
		b = siblings[i]
	}
	return b, true
}

// copyBlocks repeats the blocks of a YAML file whose keys are named after what is copied, below the
// last of their siblings that are.
func (p plan) copyBlocks(file string, rename names, isNamed func(key string) bool) {
	lines, root := p.document(file)
	copies := map[int][]string{} // by the line that follows
	var walk func(block)
	walk = func(parent block) {
		var added []string
		at, siblings := 0, parent.blocks(lines)
		for i, b := range siblings {
			if !isNamed(b.key) {
				walk(b)
				continue
			}
			// A blank line stays before the copy. The first of the siblings has none.
			if lines[b.start-1] == "" || i == 0 && len(siblings) > 1 && lines[b.end] == "" {
				added = append(added, "")
			}
			at, added = b.end, append(added, copied(lines[b.start:b.end], rename)...)
		}
		copies[at] = append(copies[at], added...)
	}
	walk(root)
	var all []string
	for i, line := range lines {
		all = append(append(all, copies[i]...), line)
	}
	p.set(file, strings.Join(all, "\n"))
}

var anchor = regexp.MustCompile(`&\w+`)

// copied returns lines with other names. What has an anchor that keeps its name is not repeated: the
// copy refers to it.
func copied(lines []string, rename names) (copies []string) {
	for i := 0; i < len(lines); i++ {
		line := rename(lines[i])
		if name := anchor.FindString(line); name != "" && strings.Contains(lines[i], name) {
			line = line[:strings.Index(line, name)] + "*" + name[1:]
			for depth := indent(line); i+1 < len(lines) && indent(lines[i+1]) > depth; i++ {
			}
		}
		copies = append(copies, line)
	}
	return copies
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
