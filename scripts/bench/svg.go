package main

import (
	"cmp"
	"fmt"
	"html"
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
