package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// live shows how a run goes: one line that changes on a terminal, a line now and
// then anywhere else.
type live struct {
	out           io.Writer
	terminal      bool
	every         time.Duration
	started, last time.Time
}

func newLive(out io.Writer) *live {
	file, ok := out.(*os.File)
	if ok && term.IsTerminal(int(file.Fd())) {
		return &live{out: out, terminal: true, every: time.Second}
	}
	return &live{out: out, every: 5 * time.Second}
}

func (l *live) begin() {
	l.started = time.Now()
	l.last = l.started
}

func (l *live) line(t *tally) {
	now := time.Now()
	text := t.line(now.Sub(l.started), now.Sub(l.last))
	l.last = now
	if l.terminal {
		fmt.Fprint(l.out, "\r\x1b[K"+text)
		return
	}
	fmt.Fprintln(l.out, text)
}

// end leaves the last line where it is.
func (l *live) end() {
	if l.terminal {
		fmt.Fprintln(l.out)
	}
}
