// Package progress shows how far a long job is: a bar with its rate and the time
// that is left on a terminal, a plain line now and then anywhere else.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/cheggaaa/pb/v3"
	"golang.org/x/term"
)

// lineEvery is how often there is a line where there is no terminal.
const lineEvery = 5 * time.Second

const barTemplate pb.ProgressBarTemplate = `{{string . "prefix"}} {{counters . }} {{bar . "[" "=" ">" " " "]"}} {{percent . "%.1f%%"}} {{speed . "%s/s" "-/s"}} {{rtime . "%s left" "in %s" ""}}`

// Progress is the progress of one job. Add may be called by several goroutines.
type Progress struct {
	out     io.Writer
	what    string
	total   int
	started time.Time
	done    atomic.Int64

	bar        *pb.ProgressBar // nil where there is no terminal
	stop, gone chan struct{}
}

// Start begins to show the progress of total things, called what.
func Start(out io.Writer, what string, total int) *Progress {
	p := &Progress{out: out, what: what, total: total, started: time.Now()}
	if isTerminal(out) {
		p.bar = barTemplate.New(total).SetWriter(out).Set("prefix", what).Start()
		return p
	}
	p.stop, p.gone = make(chan struct{}), make(chan struct{})
	go p.lines()
	return p
}

// isTerminal leaves out terminals without a width, on which no bar would show.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return false
	}
	width, _, err := term.GetSize(int(file.Fd()))
	return err == nil && width > 0
}

// Add says that n more are done.
func (p *Progress) Add(n int) {
	p.done.Add(int64(n))
	if p.bar != nil {
		p.bar.Add(n)
	}
}

// Stop ends the show, and leaves on the screen how far it came.
func (p *Progress) Stop() {
	if p.bar != nil {
		p.bar.Finish()
		return
	}
	close(p.stop)
	<-p.gone
}

func (p *Progress) lines() {
	defer close(p.gone)
	tick := time.NewTicker(lineEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			fmt.Fprintln(p.out, line(p.what, int(p.done.Load()), p.total, time.Since(p.started)))
		}
	}
}

// line says where a job is that has done so many in such a time.
func line(what string, done, total int, elapsed time.Duration) string {
	text := fmt.Sprintf("%s: %d of %d", what, done, total)
	if done == 0 || elapsed <= 0 {
		return text
	}
	left := time.Duration(float64(elapsed) / float64(done) * float64(total-done))
	return fmt.Sprintf("%s, %s/s, %s left", text, Rate(done, elapsed), left.Round(time.Second))
}

// Rate is how many a second there were, as text.
func Rate(done int, elapsed time.Duration) string {
	if done == 0 || elapsed <= 0 {
		return "-"
	}
	perSecond := float64(done) / elapsed.Seconds()
	if perSecond < 10 {
		return fmt.Sprintf("%.1f", perSecond)
	}
	return fmt.Sprintf("%.0f", perSecond)
}
