// Package logline writes the one log line of an invocation, in CloudWatch's Embedded Metric Format,
// so that the line is the invocation's metrics too and no call to a metrics API is made.
//
// A Logger starts a Line for each invocation. What happens on the way adds to the line of its
// context (Annotate, Count, SetPrincipal), and the end writes it, with one write, so that
// lines never mix. Nothing that a client or a dependency sends can end, extend or forge a line.
package logline

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Bounds on what a client or a dependency can put into a line.
const (
	maxValueBytes = 256
	maxErrorBytes = 2 << 10
	maxStackBytes = 4 << 10
)

// Config says where lines come from and how much they hold.
type Config struct {
	Service  string // the name of the service, and the namespace of its metrics
	Stage    string
	Function string
	// Level is the least level of a line that is written in full. A line below it keeps its metrics
	// and little else. At debug, lines have details.
	Level slog.Level
	// DebugSample is the share of invocations, from 0 to 1, whose lines have the details of debug.
	DebugSample float64
}

// Logger writes lines. It is safe for concurrent use.
type Logger struct {
	config         Config
	handler        slog.Handler
	now            func() time.Time
	warm           atomic.Bool
	primed         []slog.Attr // the outcome of priming, for the first line
	primedCount    []count
	request, other []metricDirective // the metrics of an API request, and of any other invocation
}

// New returns a Logger that writes to w and takes the time from now.
func New(c Config, w io.Writer, now func() time.Time) *Logger {
	members := []slog.Attr{slog.String("service", c.Service), slog.String("stage", c.Stage), slog.String("function_name", c.Function)}
	request, other := metrics(c.Service)
	return &Logger{config: c, handler: newHandler(w).WithAttrs(members), now: now, request: request, other: other}
}

// SetPriming adds the outcome of priming to the first invocation's line.
func (l *Logger) SetPriming(d time.Duration, err error) {
	l.primed, l.primedCount = []slog.Attr{slog.Float64("primeMs", milliseconds(d))}, []count{{metric: "Primed"}}
	if err != nil {
		l.primed, l.primedCount = append(l.primed, errorText("primeError", err.Error())), []count{{metric: "PrimeFailed"}}
	}
}

// Error writes a line that belongs to no invocation.
func (l *Logger) Error(message, text string) {
	write(l.handler, l.now(), slog.LevelError, message, []slog.Attr{errorText("error", text)})
}

// Fatal writes a line about a function that cannot start, before there is a Logger.
func Fatal(w io.Writer, err error) {
	write(newHandler(w), time.Now(), slog.LevelError, "initialization failed", []slog.Attr{errorText("error", err.Error())})
}

func errorText(key, text string) slog.Attr { return slog.String(key, Clip(text, maxErrorBytes)) }

func newHandler(w io.Writer) slog.Handler {
	return slog.NewJSONHandler(c1Escaper{w}, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: replaceAttr})
}

// replaceAttr leaves out empty members, and gives slog's own the names of Powertools.
func replaceAttr(groups []string, a slog.Attr) slog.Attr {
	switch {
	case len(groups) > 0:
	case a.Key == slog.MessageKey:
		a.Key = "message"
	case a.Key == slog.TimeKey:
		return slog.String("timestamp", a.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
	case a.Value.Kind() == slog.KindString && a.Value.String() == "" && a.Key != "function_request_id":
		return slog.Attr{}
	}
	return a
}

// write ignores errors: a log that cannot be written must not stop the service.
func write(h slog.Handler, at time.Time, level slog.Level, message string, attrs []slog.Attr) {
	r := slog.NewRecord(at, level, message, 0)
	r.AddAttrs(attrs...)
	_ = h.Handle(context.Background(), r)
}

// c1Escaper writes the control characters U+0080 to U+009F as JSON escapes. JSON allows them
// unescaped, but some log readers take U+0085 for the end of a line, and U+009B starts a terminal
// command.
type c1Escaper struct{ w io.Writer }

func (e c1Escaper) Write(line []byte) (int, error) {
	for c := byte(0x80); c < 0xa0 && bytes.IndexByte(line, 0xc2) >= 0; c++ { // 0xc2 is the first byte of each
		if pair := []byte{0xc2, c}; bytes.Contains(line, pair) {
			line = bytes.ReplaceAll(line, pair, fmt.Appendf(nil, `\u%04x`, c))
		}
	}
	return e.w.Write(line)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Clip shortens a text to at most n bytes, between two characters.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
