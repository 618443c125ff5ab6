package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// seriesColours tell the functions apart on light and on dark.
var seriesColours = []string{"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"}

// Measures of the line plot, in pixels.
const (
	chartLeft   = 60
	chartRight  = 560
	chartHeight = 320
)

// axes maps memory sizes and milliseconds, these by their logarithm, to pixels.
type axes struct {
	sizes     []int
	low, high float64 // powers of ten
}

func (a axes) x(mb int) float64 {
	if len(a.sizes) == 1 {
		return (chartLeft + chartRight) / 2
	}
	return chartLeft + 20 + (chartRight-chartLeft-40)*float64(slices.Index(a.sizes, mb))/float64(len(a.sizes)-1)
}

func (a axes) y(ms number) float64 {
	return topMargin + chartHeight*(a.high-math.Log10(float64(ms)))/(a.high-a.low)
}

// memoryPlot draws two lines for each function over the memory sizes: cold
// requests, and dashed warm ones.
func memoryPlot(r Report) string {
	a := r.axes()
	s := &svg{width: plotWidth, height: topMargin + chartHeight + 50}
	s.text(0, 18, "", fmt.Sprintf("Cold request (line, median of %d) and warm request (dashed, p50) by memory size, ms", r.Rounds))
	a.draw(s)
	for i, name := range r.names() {
		colour := seriesColours[i%len(seriesColours)]
		rows := r.of(name)
		a.line(s, rows, colour, "", func(row Row) number { return row.Cold })
		a.line(s, rows, colour, "4 4", func(row Row) number { return row.Warm50 })
		y := topMargin + 22*float64(i)
		s.add(`<rect x="%d" y="%.1f" width="12" height="12" fill="%s"/>`, chartRight+20, y, colour)
		s.text(chartRight+38, y+11, "", name)
	}
	return s.String()
}

func (a axes) draw(s *svg) {
	for power := a.low; power <= a.high; power++ {
		ms := number(math.Pow(10, power))
		s.add(`<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" class="grid"/>`, chartLeft, chartRight, a.y(ms), a.y(ms))
		s.text(chartLeft-8, a.y(ms)+4, "dim end", fmt.Sprintf("%g", float64(ms)))
	}
	for _, mb := range a.sizes {
		s.text(a.x(mb), topMargin+chartHeight+22, "dim mid", fmt.Sprintf("%d MB", mb))
	}
}

func (a axes) line(s *svg, rows []Row, colour, dash string, value func(Row) number) {
	var points []string
	for _, row := range rows {
		x, y := a.x(row.Memory), a.y(value(row))
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
		s.add(`<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, colour)
	}
	s.add(`<polyline points="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, strings.Join(points, " "), colour, dash)
}

func (r Report) axes() axes {
	a := axes{low: math.Inf(1), high: math.Inf(-1)}
	for _, row := range r.Rows {
		if !slices.Contains(a.sizes, row.Memory) {
			a.sizes = append(a.sizes, row.Memory)
		}
		for _, ms := range []number{row.Cold, row.Warm50} {
			a.low = min(a.low, math.Floor(math.Log10(float64(ms))))
			a.high = max(a.high, math.Ceil(math.Log10(float64(ms))))
		}
	}
	slices.Sort(a.sizes)
	return a
}
