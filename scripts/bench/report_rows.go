package main

import (
	"cmp"
	"slices"
)

func (r Report) smallest() int {
	return slices.MinFunc(r.Rows, func(a, b Row) int { return cmp.Compare(a.Memory, b.Memory) }).Memory
}

// at are the rows of a memory size.
func (r Report) at(mb int) []Row {
	return r.pick(func(row Row) bool { return row.Memory == mb })
}

// of are the rows of a function, by memory size.
func (r Report) of(name string) []Row {
	rows := r.pick(func(row Row) bool { return row.Name == name })
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Memory, b.Memory) })
	return rows
}

func (r Report) pick(keep func(Row) bool) []Row {
	var out []Row
	for _, row := range r.Rows {
		if keep(row) {
			out = append(out, row)
		}
	}
	return out
}

func (r Report) names() []string {
	var out []string
	for _, row := range r.Rows {
		if !slices.Contains(out, row.Name) {
			out = append(out, row.Name)
		}
	}
	return out
}
