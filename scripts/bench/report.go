package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// confidence is the confidence level of the intervals.
const confidence = 0.95

// sample returns the measured values of a unit, each times a scale.
func (s *series) sample(unit string, scale float64) *benchmath.Sample {
	var values []float64
	for _, r := range s.results {
		v, _ := r.Value(unit)
		values = append(values, v*scale)
	}
	return benchmath.NewSample(values, &benchmath.DefaultThresholds)
}

// median returns the median of a unit's values and its confidence interval.
func (s *series) median(unit string, scale float64) benchmath.Summary {
	return benchmath.AssumeNothing.Summary(s.sample(unit, scale), confidence)
}

// change returns the difference of a unit's median from another series', or "~" if it is not
// significant.
func (s *series) change(from *series, unit string) string {
	c := benchmath.AssumeNothing.Compare(from.sample(unit, 1), s.sample(unit, 1))
	return fmt.Sprintf("%s (%s)", c.FormatDelta(from.median(unit, 1).Center, s.median(unit, 1).Center), c)
}

// find returns the series with a title at the memory size of another, or nil.
func find(all []*series, title string, like *series) *series {
	for _, s := range all {
		if s.title == title && s.memory == like.memory {
			return s
		}
	}
	return nil
}

// writeTable writes a table for people.
func writeTable(w io.Writer, all []*series) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "function\tMB\tinit\tcold\tp90\tconv/cold\tcold/floor\twarm\tCPU\t±\tCPU/conv\tbinary\tzip\t")
	fmt.Fprintln(t, "\t\tms\tms\tms\t\t\tms\tus\t\t\tMB\tMB\t")
	for _, s := range all {
		low, high := find(all, floor, s), find(all, conventional, s)
		cold, cpu := s.median(coldUnit, 1e3).Center, s.median(cpuUnit, 1e6)
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%.0f\t%s\t%.2f\t%.2f\t%.2f\t\n",
			s.title, s.memory, s.median(initUnit, 1e3).Center, cold, stat.Quantile(0.9, stat.LinInterp, s.sample(coldUnit, 1e3).Values, nil),
			high.median(coldUnit, 1e3).Center/cold, cold/low.median(coldUnit, 1e3).Center, s.median(warmUnit, 1e3).Center,
			cpu.Center, cpu.PctRangeString(), cpu.Center/high.median(cpuUnit, 1e6).Center, float64(s.size)/1e6, float64(s.zip)/1e6)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range all {
		if base := find(all, s.title+baseSuffix, s); base != nil {
			fmt.Fprintf(w, "%s at %d MB, from the base: cold %s, CPU %s\n", s.title, s.memory, s.change(base, coldUnit), s.change(base, cpuUnit))
		}
	}
	_, err := fmt.Fprintf(w, `
cold: initialization and first request. warm, CPU: a warm request. Medians of %d
rounds, the 90th percentile, and the %.0f %% confidence interval (∞ below 6 rounds).
%d CPUs of %s, %s.
`, len(all[0].results), 100*confidence, runtime.NumCPU(), runtime.GOARCH, runtime.Version())
	return err
}

// writeRaw writes each result to a file in Go's benchmark format, which benchstat reads.
func writeRaw(all []*series, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := benchfmt.NewWriter(f)
	for _, s := range all {
		for _, r := range s.results {
			if err := w.Write(r); err != nil {
				return err
			}
		}
	}
	return f.Close()
}

// writePlot draws a bar for the cold request of each series: the initialization, and stacked on it
// the first request.
func writePlot(all []*series, file string) error {
	var names []string
	var values [2]plotter.Values
	for _, s := range slices.Backward(all) { // the axis starts at the bottom
		init, cold := s.median(initUnit, 1e3).Center, s.median(coldUnit, 1e3).Center
		names = append(names, fmt.Sprintf("%s, %d MB: %.1f ms", s.title, s.memory, cold))
		values[0], values[1] = append(values[0], init), append(values[1], cold-init)
	}
	p := plot.New()
	p.Title.Text, p.X.Label.Text = "Cold requests", "ms, median"
	p.NominalY(names...)
	var bars [2]*plotter.BarChart
	for i, name := range []string{"initialization", "first request"} {
		var err error
		if bars[i], err = plotter.NewBarChart(values[i], 0.6*vg.Centimeter); err != nil {
			return err
		}
		bars[i].Horizontal, bars[i].Color = true, plotutil.Color(i)
		if i > 0 {
			bars[i].StackOn(bars[i-1])
		}
		p.Add(bars[i])
		p.Legend.Add(name, bars[i])
	}
	return p.Save(18*vg.Centimeter, vg.Length(len(names)+3)*vg.Centimeter, file)
}
