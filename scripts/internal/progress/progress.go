// Package progress shows on a terminal how far a long job is.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"golang.org/x/term"
)

// Counter counts the finished parts of a job. It is safe for concurrent use.
type Counter struct {
	out   io.Writer
	what  string
	total int
	done  atomic.Int64
}

// Start begins to count. It shows nothing if out is not a terminal.
func Start(out io.Writer, what string, total int) *Counter {
	if file, ok := out.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		out = io.Discard
	}
	return &Counter{out: out, what: what, total: total}
}

// Add counts one more, and shows each percent.
func (c *Counter) Add() {
	if done := int(c.done.Add(1)); done%max(c.total/100, 1) == 0 {
		fmt.Fprintf(c.out, "\r%s: %d of %d", c.what, done, c.total)
	}
}

// Stop erases the line.
func (c *Counter) Stop() { fmt.Fprint(c.out, "\r\x1b[K") }
