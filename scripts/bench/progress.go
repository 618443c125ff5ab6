package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress tells how far a run is: on a terminal in one line that is written
// over, else in a line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	total    int
	done     int
	began    time.Time
	told     time.Time
}

// tellEvery is the time between two lines where there is no terminal.
const tellEvery = 15 * time.Second

func newProgress(out io.Writer) *progress {
	p := &progress{out: out}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// say tells of a step that is not counted.
func (p *progress) say(what string) { p.write(what) }

// start begins the count of cold starts.
func (p *progress) start(total int) {
	p.total, p.done, p.began = total, 0, time.Now()
	p.told = p.began
}

// step counts one more.
func (p *progress) step() {
	p.done++
	if !p.terminal && time.Since(p.told) < tellEvery && p.done < p.total {
		return
	}
	p.told = time.Now()
	left := time.Since(p.began) / time.Duration(p.done) * time.Duration(p.total-p.done)
	p.write(fmt.Sprintf("%d of %d cold starts, %s left", p.done, p.total, left.Round(time.Second)))
}

// end clears the line.
func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func (p *progress) write(text string) {
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", text)
		return
	}
	fmt.Fprintln(p.out, text)
}
