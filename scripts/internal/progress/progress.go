// Package progress shows on a terminal how far a long job is.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// Counter counts the finished parts of a job. It is safe for concurrent use.
type Counter struct {
	out   io.Writer
	what  string
	total int

	mu    sync.Mutex
	done  int
	shown time.Time
}

// Start begins to count. It shows nothing if out is not a terminal.
func Start(out io.Writer, what string, total int) *Counter {
	if file, ok := out.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		out = io.Discard
	}
	return &Counter{out: out, what: what, total: total}
}

// Add counts n more and shows the sum, at most ten times a second.
func (c *Counter) Add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += n
	if now := time.Now(); now.Sub(c.shown) >= 100*time.Millisecond {
		c.shown = now
		fmt.Fprintf(c.out, "\r%s: %d of %d", c.what, c.done, c.total)
	}
}

// Stop erases the line.
func (c *Counter) Stop() { fmt.Fprint(c.out, "\r\x1b[K") }
