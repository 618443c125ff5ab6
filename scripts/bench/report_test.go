package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewRowTakesMedians(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	row := newRow(target{name: "getUser", size: 8_400_000, zip: 3_400_000}, 128, []sample{
		{init: 5 * ms, first: 1 * ms, warm: []time.Duration{1 * ms, 2 * ms}, cpu: 500 * time.Microsecond, memory: 14e6},
		{init: 9 * ms, first: 9 * ms, warm: []time.Duration{3 * ms, 4 * ms}, cpu: 700 * time.Microsecond, memory: 16e6},
		{init: 4 * ms, first: 3 * ms, warm: []time.Duration{5 * ms}, cpu: 600 * time.Microsecond, memory: 15e6},
	}, 640)
	assert.InDelta(t, 5, float64(row.Init), 1e-9)
	assert.InDelta(t, 3, float64(row.First), 1e-9)
	assert.InDelta(t, 7, float64(row.Cold), 1e-9, "the median of sums, not the sum of medians")
	assert.InDelta(t, 15.8, float64(row.Cold90), 1e-9)
	assert.InDelta(t, 3, float64(row.Warm50), 1e-9, "over all warm requests")
	assert.InDelta(t, 4.96, float64(row.Warm99), 1e-9)
	assert.InDelta(t, 600, float64(row.CPU), 1e-9)
	assert.InDelta(t, 15, float64(row.RSS), 1e-9)
}

func report() Report {
	r := Report{Machine: "a machine", Go: "go1", Rounds: 20, Warm: 60, Period: 20, Notes: []string{"no cgroup"}, Rows: []Row{
		{Name: "getUser", Memory: 128, Size: 8_400_000, Init: 9, First: 1, Cold: 10, Warm50: 1.5, CPU: 560},
		{Name: "getUser", Memory: 256, Init: 9, First: 1, Cold: 8, Warm50: 1.2, CPU: 560},
		{Name: "floor", Memory: 128, Init: 2, First: 3, Cold: 5, Warm50: 0.3, CPU: 280},
		{Name: "conventional", Memory: 128, Init: 5, First: 295, Cold: 300, Warm50: 1.4, CPU: 700},
	}}
	r.compare()
	return r
}

func TestCompareWithTheYardsticksOfTheSameMemory(t *testing.T) {
	t.Parallel()
	rows := report().Rows
	assert.InDelta(t, 2, float64(rows[0].OverFloor), 1e-9)
	assert.InDelta(t, 30, float64(rows[0].UnderConventional), 1e-9)
	assert.InDelta(t, 0.8, float64(rows[0].CPUOfConventional), 1e-9)
	assert.True(t, math.IsNaN(float64(rows[1].OverFloor)), "no yardstick at 256 MB")
}

func TestTextReport(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, writeText(&out, report()))
	lines := strings.Split(out.String(), "\n")
	assert.Equal(t, len(columns), len(units))
	assert.Equal(t, len(columns), len(Row{}.cells()))
	assert.Contains(t, lines[0], "cold/floor")
	assert.Regexp(t, `getUser +128 +8\.40 .* 10\.0 .* 560 .* 2\.00 +30\.0 +0\.80`, lines[2])
	assert.Regexp(t, ` - +- +-$`, strings.TrimSpace(lines[3]), "a ratio that there is not")
	assert.Contains(t, out.String(), "Medians of 20 cold starts")
	assert.Contains(t, out.String(), "Note: no cgroup")
}

func TestJSONReport(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, writeJSON(&out, report()))
	var back struct {
		Rows []struct {
			Name         string   `json:"name"`
			ColdOfFloor  *float64 `json:"coldOverFloor"`
			Conventional *float64 `json:"conventionalOverCold"`
		} `json:"rows"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &back))
	require.Len(t, back.Rows, 4)
	assert.Equal(t, "getUser", back.Rows[0].Name)
	assert.InDelta(t, 30, *back.Rows[0].Conventional, 1e-9)
	assert.Nil(t, back.Rows[1].ColdOfFloor)
}

func TestPlotsAreXML(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "plots")
	r := report()
	r.Rows[0].Name, r.Rows[1].Name = "a<b>", "a<b>"
	require.NoError(t, writePlots(r, dir))
	for _, name := range []string{"cold.svg", "memory.svg"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		d := xml.NewDecoder(bytes.NewReader(text))
		for err == nil {
			_, err = d.Token()
		}
		assert.ErrorIs(t, err, io.EOF, name)
		assert.Contains(t, string(text), "a&lt;b&gt;")
		assert.NotContains(t, string(text), "NaN")
		assert.NotContains(t, string(text), "Inf")
	}
}

func TestProgressWithoutATerminalTellsTheEnd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newProgress(&out)
	p.say("building")
	p.start(3)
	for range 3 {
		p.step()
	}
	p.end()
	assert.Equal(t, "building\n3 of 3 cold starts, 0s left\n", out.String())
}
