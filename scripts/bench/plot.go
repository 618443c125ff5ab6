package main

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// writePlot draws a bar for the cold request of each series: the initialisation, and
// stacked on it the first request.
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
	for i, name := range []string{"initialisation", "first request"} {
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
