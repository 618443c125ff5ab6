package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// exchange is one request that went through the front, and its answer.
type exchange struct {
	Time     time.Time     `json:"time"`
	Method   string        `json:"method"`
	Path     string        `json:"path"`
	Status   int           `json:"status"`
	Duration time.Duration `json:"-"`
	// RequestID is API Gateway's, where the answer says it.
	RequestID string `json:"requestId,omitempty"`
	// Correlation is the id that a function's answer carries. An answer without one
	// was made by API Gateway itself.
	Correlation string `json:"correlationId,omitempty"`
}

// logLine is one line that a function wrote.
type logLine struct {
	Function string
	Time     time.Time
	// Fields are the line's members, nil when it is not one of the service's own.
	Fields map[string]any
	// Text is the line as it was written.
	Text string
}

// parseLog reads a line of a function's log.
func parseLog(function string, at time.Time, text string) logLine {
	line := logLine{Function: function, Time: at, Text: text}
	if strings.HasPrefix(text, "{") {
		_ = json.Unmarshal([]byte(text), &line.Fields) // whatever is not JSON is shown as it is
	}
	return line
}

func (l logLine) text(key string) string {
	s, _ := l.Fields[key].(string)
	return s
}

// screen shows what happens: in colour on a terminal, plain in a pipe, or as one JSON
// object a line. It may be used by several goroutines.
type screen struct {
	mu     sync.Mutex
	out    io.Writer
	json   bool
	colour bool
}

func newScreen(out io.Writer, asJSON bool) *screen {
	file, ok := out.(*os.File)
	return &screen{
		out:    out,
		json:   asJSON,
		colour: ok && !asJSON && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == "",
	}
}

// Write shows progress that other packages report, a line at a time.
func (s *screen) Write(p []byte) (int, error) {
	s.say("%s", strings.TrimRight(string(p), "\n"))
	return len(p), nil
}

// say shows a message.
func (s *screen) say(format string, args ...any) { s.message("message", format, args...) }

// fail shows an error that does not end the program.
func (s *screen) fail(format string, args ...any) { s.message("error", format, args...) }

func (s *screen) message(kind, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.json {
		s.object(map[string]any{"event": kind, "text": text})
		return
	}
	if kind == "error" {
		text = s.paint(red, text)
	}
	s.print(text + "\n")
}

// ready says where the API is.
func (s *screen) ready(url string) {
	if s.json {
		s.object(map[string]any{"event": "ready", "url": url, "time": time.Now()})
		return
	}
	s.print(s.paint(green, "ready") + " " + url + "\n")
}

// exchange shows a request with the lines that its function wrote.
func (s *screen) exchange(x exchange, lines []logLine) {
	x.Path = discreet(x.Path)
	function, start := "-", "-"
	for _, l := range lines {
		if cold, ok := l.Fields["cold_start"].(bool); ok {
			function, start = l.Function, map[bool]string{true: "cold", false: "warm"}[cold]
		}
		if id := l.text("requestId"); id != "" {
			x.RequestID = id // the one that the function saw
		}
	}
	if s.json {
		s.exchangeJSON(x, function, start, lines)
		return
	}
	text := fmt.Sprintf("%s %-7s %-44s %s %5d ms  %-11s %-4s  %s\n", s.paint(dim, x.Time.Format("15:04:05.000")),
		x.Method, printable(x.Path), s.status(x.Status), x.Duration.Milliseconds(), function, start, s.paint(dim, orDash(x.RequestID)))
	for _, l := range lines {
		text += s.format(l, "")
	}
	s.print(text)
}

func (s *screen) exchangeJSON(x exchange, function, start string, lines []logLine) {
	var logs []any
	for _, l := range lines {
		logs = append(logs, l.value())
	}
	s.object(struct {
		Event string `json:"event"`
		exchange
		Milliseconds float64 `json:"durationMs"`
		Function     string  `json:"function"`
		Start        string  `json:"start"`
		Logs         []any   `json:"logs,omitempty"`
	}{"request", x, float64(x.Duration.Microseconds()) / 1000, function, start, logs})
}

// log shows a line that belongs to no request of the front.
func (s *screen) log(l logLine) {
	if s.json {
		s.object(map[string]any{"event": "log", "function": l.Function, "log": l.value()})
		return
	}
	s.print(s.format(l, l.Function))
}

func (l logLine) value() any {
	if l.Fields != nil {
		return json.RawMessage(l.Text) // as it was written
	}
	return l.Text
}

// shownAbove are members that the request's own line shows already, or that say
// nothing to a reader at a terminal.
var shownAbove = []string{
	"timestamp", "level", "message", "service", "stage", "function_name", "function_request_id", "xray_trace_id",
	"requestId", "correlation_id", "cold_start", "route", "method", "path", "status", "_aws",
}

// format makes a line readable: its members as key=value, errors last and red.
func (s *screen) format(l logLine, prefix string) string {
	var parts []string
	if prefix != "" {
		parts = append(parts, s.paint(dim, prefix))
	}
	if l.Fields == nil {
		return s.indent(append(parts, printable(l.Text)))
	}
	if level := strings.ToUpper(l.text("level")); level != "INFO" && level != "" {
		parts = append(parts, s.paint(yellow, level))
	}
	if message := l.text("message"); message != "request" && message != "invocation" {
		parts = append(parts, printable(message))
	}
	hidden := append(metricNames(l.Fields), shownAbove...)
	for _, key := range slices.Sorted(maps.Keys(l.Fields)) {
		if !slices.Contains(hidden, key) && key != "error" && key != "stack" {
			parts = append(parts, s.paint(dim, key+"=")+printable(fmt.Sprint(l.Fields[key])))
		}
	}
	if text := l.text("error"); text != "" {
		parts = append(parts, s.paint(red, "error="+printable(text)))
	}
	return s.indent(parts) + s.stack(l.text("stack"))
}

func (s *screen) indent(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return strings.Repeat(" ", 13) + strings.Join(parts, "  ") + "\n"
}

func (s *screen) stack(stack string) string {
	var b strings.Builder
	for line := range strings.Lines(stack) {
		b.WriteString(strings.Repeat(" ", 15) + printable(strings.TrimRight(line, "\n")) + "\n")
	}
	return b.String()
}

// metricNames are the members that are metrics, which `_aws` lists (CloudWatch's
// Embedded Metric Format).
func metricNames(fields map[string]any) []string {
	var emf struct {
		CloudWatchMetrics []struct {
			Metrics []struct{ Name string }
		}
	}
	raw, err := json.Marshal(fields["_aws"])
	if err != nil || json.Unmarshal(raw, &emf) != nil {
		return nil
	}
	var names []string
	for _, directive := range emf.CloudWatchMetrics {
		for _, metric := range directive.Metrics {
			if metric.Name != "durationMs" {
				names = append(names, metric.Name)
			}
		}
	}
	return names
}

// The colours that are used, as ECMA-48 numbers them.
const (
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (s *screen) paint(colour, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (s *screen) status(status int) string {
	colour := green
	switch {
	case status >= 500:
		colour = red
	case status >= 400:
		colour = yellow
	}
	return s.paint(colour, strconv.Itoa(status))
}

func (s *screen) object(value any) {
	data, err := json.Marshal(value)
	if err != nil {
		data = strconv.AppendQuote(nil, err.Error())
	}
	s.print(string(data) + "\n")
}

// print writes in one piece. A terminal that is gone is no reason to stop serving.
func (s *screen) print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.out, text)
}

// printable keeps what a client sent from steering the terminal.
func printable(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
		return strconv.Quote(text)
	}
	return text
}

// address is a part of a path or a query that is a mail address, escaped or not.
var address = regexp.MustCompile(`(?i)[^/?&=]*(?:@|%(?:25)*40)[^/?&=]*`)

// discreet leaves addresses out of a request's target: people are no business of a
// log, and what a terminal shows gets pasted elsewhere.
func discreet(target string) string { return address.ReplaceAllString(target, "…") }

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// stamped shows a line with its time, for a function's log by itself.
func (s *screen) stamped(l logLine) {
	if s.json {
		s.log(l)
		return
	}
	head := s.paint(dim, l.Time.Format("15:04:05.000"))
	if status, ok := l.Fields["status"].(float64); ok {
		head += " " + s.status(int(status)) + " " + l.text("route") + "  " + s.paint(dim, l.text("requestId"))
	}
	s.print(head + "\n" + s.format(l, ""))
}
