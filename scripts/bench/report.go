package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/aclements/go-moremath/stats"
)

// writeTable writes the table of docs/speed.md.
func writeTable(all []*target, out io.Writer) {
	conv := all[slices.IndexFunc(all, func(t *target) bool { return t.name == conventional })]
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "|\t| init\t| its CPU\t| cold request\t| its p90\t| of conventional\t| warm request\t| its CPU\t| of conventional\t| zip file\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, t := range all {
		cold, cpu := t.median(coldUnit), t.median(cpuUnit)
		fmt.Fprintf(w, "| %s\t| %.1f ms\t| %.1f ms\t| %.1f ms\t| %.1f ms\t| 1/%.1f\t| %.1f ms\t| %.0f µs\t| %.2f\t| %.2f MB\t|\n", t.title(),
			1e3*t.median(initUnit), 1e3*t.median(initCPUUnit), 1e3*cold, 1e3*t.quantile(0.9, coldUnit), conv.median(coldUnit)/cold,
			1e3*t.median(warmUnit), 1e6*cpu, cpu/conv.median(cpuUnit), float64(t.zip)/1e6)
	}
	w.Flush()
	fmt.Fprintf(out, "\nMedians of %d, and the 90th percentile (p90). %d CPUs of %s, %s.\n\n",
		len(conv.values[coldUnit]), runtime.NumCPU(), runtime.GOARCH, runtime.Version())
}

// quantile returns a quantile of a unit's values, computed as benchstat computes medians.
func (t *target) quantile(q float64, unit string) float64 {
	return stats.Sample{Xs: t.values[unit]}.Quantile(q)
}

func (t *target) median(unit string) float64 { return t.quantile(0.5, unit) }

// writeStatistics writes benchstat's tables, which have the confidence intervals and the comparison
// with the base. The tool is in the go.mod of a checkout's scripts.
func writeStatistics(ctx context.Context, dir string, all []*target, out io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "-C", filepath.Join(dir, "scripts"), "tool", "benchstat", "-col", "checkout@("+base+" "+this+")", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(results(all)), out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run benchstat: %w", err)
	}
	return nil
}

// results returns each measurement in Go's benchmark format, which benchstat reads.
func results(all []*target) (raw []byte) {
	for _, t := range all {
		raw = fmt.Appendf(raw, "checkout: %s\n", t.checkout)
		for round := range t.values[coldUnit] {
			raw = fmt.Appendf(raw, "BenchmarkFunction/%s 1", t.name)
			for _, unit := range units {
				raw = fmt.Appendf(raw, " %g %s", t.values[unit][round], unit)
			}
			raw = append(raw, '\n')
		}
	}
	return raw
}
