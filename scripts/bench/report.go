package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// number is a figure; NaN, for one that there is not, is null in JSON.
type number float64

// MarshalJSON writes three decimals at most, and null for NaN, which JSON has no
// word for.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(math.Round(float64(n)*1000) / 1000)
}

// Report is the outcome of a run.
type Report struct {
	Machine string   `json:"machine"`
	Go      string   `json:"go"`
	Rounds  int      `json:"rounds"`
	Warm    int      `json:"warmRequestsPerRound"`
	Pause   number   `json:"pauseMs"`
	Period  number   `json:"quotaPeriodMs"`
	Notes   []string `json:"notes,omitempty"`
	Rows    []Row    `json:"rows"`
}

// Row holds the figures of one function at one memory size: medians over the
// rounds, times in milliseconds where nothing else is said.
type Row struct {
	Name        string `json:"name"`
	Memory      int    `json:"memoryMb"`
	Size        int64  `json:"binaryBytes"`
	Zip         int64  `json:"zipBytes"`
	Init        number `json:"initMs"`
	InitCPU     number `json:"initCpuMs"` // CPU time, which a busy machine changes less
	First       number `json:"firstRequestMs"`
	FirstCPU    number `json:"firstRequestCpuMs"`
	Cold        number `json:"coldRequestMs"` // init and first request of one start
	Cold90      number `json:"coldRequestP90Ms"`
	Warm50      number `json:"warmP50Ms"` // over all warm requests
	Warm99      number `json:"warmP99Ms"`
	CPU         number `json:"cpuPerRequestUs"`
	RSS         number `json:"peakRssMb"`
	Allocations number `json:"allocationsPerRequest"`

	// Compared with the yardsticks at the same memory size.
	OverFloor         number `json:"coldOverFloor"`
	UnderConventional number `json:"conventionalOverCold"`
	CPUOfConventional number `json:"cpuOverConventional"`
}

func newRow(t target, mb int, samples []sample, allocations float64) Row {
	var init, initCPU, first, firstCPU, cold, warm, cpu, rss []float64
	for _, s := range samples {
		initCPU = append(initCPU, milliseconds(s.initCPU))
		firstCPU = append(firstCPU, milliseconds(s.firstCPU))
		init = append(init, milliseconds(s.init))
		first = append(first, milliseconds(s.first))
		cold = append(cold, milliseconds(s.init+s.first))
		cpu = append(cpu, microseconds(s.cpu))
		rss = append(rss, float64(s.memory)/1e6)
		for _, w := range s.warm {
			warm = append(warm, milliseconds(w))
		}
	}
	return Row{
		Name: t.name, Memory: mb, Size: t.size, Zip: t.zip,
		Init: number(median(init)), InitCPU: number(median(initCPU)),
		First: number(median(first)), FirstCPU: number(median(firstCPU)),
		Cold: number(median(cold)), Cold90: number(quantile(cold, 0.9)),
		Warm50: number(median(warm)), Warm99: number(quantile(warm, 0.99)),
		CPU: number(median(cpu)), RSS: number(median(rss)), Allocations: number(allocations),
	}
}

func (b *bench) newReport() Report {
	return Report{
		Machine: machine(), Go: runtime.Version(), Rounds: b.opts.rounds, Warm: b.opts.warm,
		Pause: number(milliseconds(b.opts.pause)), Period: number(milliseconds(b.opts.period)), Notes: b.notes,
	}
}

// machine names the processor and how many of it there are.
func machine() string {
	model := runtime.GOARCH
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	return fmt.Sprintf("%s, %d cores", model, runtime.NumCPU())
}

// loadPerCore is how many processes per core wanted to run in the last minute; 0
// where that is unknown.
func loadPerCore() float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	var load float64
	if _, err := fmt.Sscan(string(text), &load); err != nil {
		return 0
	}
	return load / float64(runtime.NumCPU())
}

// compare fills in the ratios to the yardsticks.
func (r *Report) compare() {
	for i := range r.Rows {
		row := &r.Rows[i]
		floor, conventional := r.yardstick(floorName, row.Memory), r.yardstick(conventionalName, row.Memory)
		row.OverFloor = number(ratio(float64(row.Cold), float64(floor.Cold)))
		row.UnderConventional = number(ratio(float64(conventional.Cold), float64(row.Cold)))
		row.CPUOfConventional = number(ratio(float64(row.CPU), float64(conventional.CPU)))
	}
}

func (r *Report) yardstick(name string, mb int) Row {
	for _, row := range r.Rows {
		if row.Name == name && row.Memory == mb {
			return row
		}
	}
	none := number(math.NaN())
	return Row{Cold: none, CPU: none}
}

func writeJSON(w io.Writer, r Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

var columns = []string{
	"function", "MB", "size", "zip", "init", "first", "cold", "p90", "warm p50", "p99",
	"CPU", "RSS", "allocs", "cold/floor", "conv./cold", "CPU/conv.",
}

var units = []string{
	"", "", "MB", "MB", "ms", "ms", "ms", "ms", "ms", "ms", "us/req", "MB", "/req", "", "", "",
}

func writeText(w io.Writer, r Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, strings.Join(columns, "\t")+"\t")
	fmt.Fprintln(t, strings.Join(units, "\t")+"\t")
	for _, row := range r.Rows {
		fmt.Fprintln(t, strings.Join(row.cells(), "\t")+"\t")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nMedians of %d cold starts each, in random order; p90 of the same; warm: %d requests after each, %s.\n"+
		"cold = init (whole CPU) + first request (CPU share of the memory size, in periods of %g ms).\n%s, %s.\n",
		r.Rounds, r.Warm, r.pause(), float64(r.Period), r.Machine, r.Go)
	for _, note := range r.Notes {
		fmt.Fprintln(w, "Note:", note)
	}
	return err
}

func (r Report) pause() string {
	if r.Pause == 0 {
		return "without a pause"
	}
	return fmt.Sprintf("with pauses of %g ms", float64(r.Pause))
}

func (r Row) cells() []string {
	return []string{
		r.Name, fmt.Sprint(r.Memory), megabytes(r.Size), megabytes(r.Zip),
		figure(r.Init, 1), figure(r.First, 1), figure(r.Cold, 1), figure(r.Cold90, 1),
		figure(r.Warm50, 2), figure(r.Warm99, 1), figure(r.CPU, 0), figure(r.RSS, 1), figure(r.Allocations, 0),
		figure(r.OverFloor, 2), figure(r.UnderConventional, 1), figure(r.CPUOfConventional, 2),
	}
}

func megabytes(bytes int64) string { return figure(number(float64(bytes)/1e6), 2) }

// figure writes a number with so many decimals, and "-" where there is none.
func figure(n number, decimals int) string {
	if math.IsNaN(float64(n)) {
		return "-"
	}
	return fmt.Sprintf("%.*f", decimals, float64(n))
}
