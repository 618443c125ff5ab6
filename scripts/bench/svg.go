package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writePlots writes cold.svg, the cold requests at the smallest memory size, and
// memory.svg, cold and warm requests by memory size.
func writePlots(r Report, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("-svg: %w", err)
	}
	for name, plot := range map[string]string{"cold.svg": coldPlot(r), "memory.svg": memoryPlot(r)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(plot), 0o644); err != nil {
			return fmt.Errorf("-svg: %w", err)
		}
	}
	return nil
}

// svg is a picture in the making. Its colours follow the reader's light or dark
// page.
type svg struct {
	width, height float64
	body          strings.Builder
}

const svgStyle = `<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}.dim{fill:#59636e}.end{text-anchor:end}.mid{text-anchor:middle}
.grid{stroke:#d1d9e0}.init{fill:#8250df}.first{fill:#bf87ff}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.dim{fill:#9198a1}.grid{stroke:#3d444d}}
</style>
`

func (s *svg) add(format string, args ...any) { fmt.Fprintf(&s.body, format+"\n", args...) }

func (s *svg) text(x, y float64, class, text string) {
	s.add(`<text x="%.1f" y="%.1f" class="%s">%s</text>`, x, y, class, html.EscapeString(text))
}

func (s *svg) String() string {
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n%s%s</svg>\n",
		s.width, s.height, s.width, s.height, svgStyle, s.body.String())
}

// Measures of the plots, in pixels.
const (
	plotWidth  = 760
	labelWidth = 170
	barHeight  = 20
	rowHeight  = 30
	topMargin  = 40
)

// coldPlot draws a bar for each function: init, and behind it the first request.
func coldPlot(r Report) string {
	rows := r.at(r.smallest())
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.Cold, b.Cold) })
	s := &svg{width: plotWidth, height: topMargin + rowHeight*float64(len(rows)) + 30}
	s.text(0, 18, "", fmt.Sprintf("Cold request at %d MB, median of %d, ms", r.smallest(), r.Rounds))
	longest := 0.0
	for _, row := range rows {
		longest = max(longest, float64(row.Init+row.First))
	}
	scale := (plotWidth - labelWidth - 80) / longest
	for i, row := range rows {
		y := topMargin + rowHeight*float64(i)
		init, first := float64(row.Init)*scale, float64(row.First)*scale
		s.text(labelWidth-10, y+15, "end", row.Name)
		s.add(`<rect x="%d" y="%.1f" width="%.1f" height="%d" class="init"/>`, labelWidth, y, init, barHeight)
		s.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%d" class="first"/>`, labelWidth+init, y, first, barHeight)
		s.text(labelWidth+init+first+6, y+15, "dim", figure(row.Cold, 1))
	}
	legend(s, s.height-22)
	return s.String()
}

func legend(s *svg, y float64) {
	s.add(`<rect x="%d" y="%.1f" width="12" height="12" class="init"/>`, labelWidth, y)
	s.text(labelWidth+18, y+11, "dim", "init")
	s.add(`<rect x="%d" y="%.1f" width="12" height="12" class="first"/>`, labelWidth+70, y)
	s.text(labelWidth+88, y+11, "dim", "first request")
}

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
