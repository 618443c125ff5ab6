package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/aclements/go-moremath/stats"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"users-api/scripts/internal/repository"
)

// report writes the files that the options name. To out it writes a table of the ratios, and
// benchstat's tables, which have the confidence intervals and the comparison with the base.
func report(ctx context.Context, o options, all []*target, out io.Writer) (err error) {
	raw := results(all)
	if o.raw != "" {
		err = os.WriteFile(o.raw, raw, 0o644)
	}
	if o.svg != "" {
		err = errors.Join(err, writePlot(all, o.svg))
	}
	writeTable(all, out)
	root, _ := repository.Root() // it was found before
	cmd := exec.CommandContext(ctx, "go", "tool", "benchstat", "-col", "checkout@("+base+" "+this+")", "-")
	cmd.Dir = filepath.Join(root, "scripts") // whose go.mod names the tool
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(raw), out, os.Stderr
	if failed := cmd.Run(); failed != nil {
		err = errors.Join(err, fmt.Errorf("run benchstat: %w", failed))
	}
	return err
}

// results returns each measurement in Go's benchmark format, which benchstat reads.
func results(all []*target) (raw []byte) {
	for _, t := range all {
		raw = fmt.Appendf(raw, "checkout: %s\n", t.checkout)
		for round := range t.values[coldUnit] {
			raw = fmt.Appendf(raw, "BenchmarkFunction/%s/mb=%d 1", t.name, t.memory)
			for _, unit := range units {
				raw = fmt.Appendf(raw, " %g %s", t.values[unit][round], unit)
			}
			raw = append(raw, '\n')
		}
	}
	return raw
}

// quantile returns a quantile of a unit's values, computed as benchstat computes medians.
func (t *target) quantile(q float64, unit string) float64 {
	return stats.Sample{Xs: t.values[unit]}.Quantile(q)
}

func (t *target) median(unit string) float64 { return t.quantile(0.5, unit) }

func writeTable(all []*target, out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "function\tMB\tinit\tcold\tp90\tconv/cold\tcold/floor\twarm\tCPU\tCPU/conv\tbinary\tzip\t")
	fmt.Fprintln(w, "\t\tms\tms\tms\t\t\tms\tus\t\tMB\tMB\t")
	for _, t := range all {
		yardstick := func(name string) *target {
			return all[slices.IndexFunc(all, func(y *target) bool { return y.name == name && y.memory == t.memory })]
		}
		cold, cpu, conv := t.median(coldUnit), t.median(cpuUnit), yardstick(conventional)
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%.0f\t%.2f\t%.2f\t%.2f\t\n", t.title(), t.memory,
			1e3*t.median(initUnit), 1e3*cold, 1e3*t.quantile(0.9, coldUnit), conv.median(coldUnit)/cold, cold/yardstick(floor).median(coldUnit),
			1e3*t.median(warmUnit), 1e6*cpu, cpu/conv.median(cpuUnit), float64(t.size)/1e6, float64(t.zip)/1e6)
	}
	w.Flush()
	fmt.Fprintf(out, `
cold: initialization and first request. warm, CPU: a warm request. Medians of %d
rounds, and the 90th percentile. %d CPUs of %s, %s.

`, len(all[0].values[coldUnit]), runtime.NumCPU(), runtime.GOARCH, runtime.Version())
}

// writePlot draws a bar for the cold requests of each target. Its beginning is the initialization.
func writePlot(all []*target, file string) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text = "Cold requests", "ms, median"
	var names []string
	for i, unit := range []string{coldUnit, initUnit} { // the second bar is drawn on the first
		var values plotter.Values
		names = nil
		for _, t := range slices.Backward(all) { // the axis starts at the bottom
			values = append(values, 1e3*t.median(unit))
			names = append(names, fmt.Sprintf("%s, %d MB: %.1f ms", t.title(), t.memory, 1e3*t.median(coldUnit)))
		}
		bars, err := plotter.NewBarChart(values, 0.6*vg.Centimeter)
		if err != nil {
			return err
		}
		bars.Horizontal, bars.Color = true, plotutil.Color(1-i)
		p.Add(bars)
		p.Legend.Add([]string{"first request", "initialization"}[i], bars)
	}
	p.NominalY(names...)
	return p.Save(18*vg.Centimeter, vg.Length(len(names)+3)*vg.Centimeter, file)
}
