package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/fatih/color"
)

// screen writes events, as text or as one JSON object a line. Write errors, as from a
// closed terminal, are ignored.
type screen struct {
	out  io.Writer
	json bool
}

func (s screen) show(e event) {
	e.Path = withoutAddresses(e.Path)
	e.ID, e.Sent, e.Answered = 0, content{}, content{} // for the console only
	if s.json {
		_ = json.NewEncoder(s.out).Encode(e)
		return
	}
	_, _ = io.WriteString(s.out, text(e))
}

var dim = color.New(color.Faint).SprintFunc()

func text(e event) string {
	switch e.Kind {
	case request:
		text := fmt.Sprintf("%s %-7s %-44s %s %5.0f ms  %-11s %-4s  %s\n",
			dim(e.Time.Format("15:04:05.000")), e.Method, printable(e.Path), status(e.Status), e.Milliseconds,
			cmp.Or(e.Function, "-"), cmp.Or(e.Start, "-"), dim(cmp.Or(e.RequestID, "-")))
		for _, line := range e.Lines {
			text += lineText(line)
		}
		return text
	case logged:
		return lineText(e.Line, dim(e.Function))
	case ready:
		return color.GreenString("ready") + " " + e.URL + "\n"
	case failure:
		return color.RedString("%s", e.Text) + "\n"
	}
	return e.Text + "\n"
}

func status(code int) string {
	switch text := strconv.Itoa(code); {
	case code >= 500:
		return color.RedString(text)
	case code >= 400:
		return color.YellowString(text)
	default:
		return color.GreenString(text)
	}
}

// notShown are members of a line that the request's own text has already, or that are
// of no use at a terminal. A metric's name begins with a capital letter.
var notShown = regexp.MustCompile(`^(timestamp|level|message|service|stage|function_name|function_request_id|xray_trace_id|` +
	`requestId|correlation_id|cold_start|route|method|path|status|_aws|error|stack|[A-Z].*)$`)

// lineText makes a function's line readable: its members as key=value, the error last.
func lineText(line json.RawMessage, parts ...string) string {
	var fields map[string]any
	if json.Unmarshal(line, &fields) != nil {
		var text string
		_ = json.Unmarshal(line, &text) // a line is an object or a string
		return indented(append(parts, printable(text)))
	}
	field := func(name string) string { text, _ := fields[name].(string); return text }
	if level := strings.ToUpper(field("level")); level != "INFO" && level != "" {
		parts = append(parts, color.YellowString(level))
	}
	if text := field("message"); text != "request" && text != "invocation" {
		parts = append(parts, printable(text))
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !notShown.MatchString(key) {
			parts = append(parts, dim(key+"=")+printable(fmt.Sprint(fields[key])))
		}
	}
	if text := field("error"); text != "" {
		parts = append(parts, color.RedString("error=%s", printable(text)))
	}
	text := indented(parts)
	for frame := range strings.Lines(field("stack")) {
		text += indented([]string{"  " + printable(strings.TrimRight(frame, "\n"))})
	}
	return text
}

func indented(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return strings.Repeat(" ", 13) + strings.Join(parts, "  ") + "\n"
}

// printable removes control characters, by which a client could control the terminal.
func printable(text string) string {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return strconv.Quote(text)
	}
	return text
}

// address is a part of a path or a query that is a mail address, escaped or not.
var address = regexp.MustCompile(`(?i)[^/?&=]*(?:@|%(?:25)*40)[^/?&=]*`)

// withoutAddresses removes mail addresses from a request's target: they must not get
// into a log, and the output of a terminal is often pasted elsewhere.
func withoutAddresses(target string) string { return address.ReplaceAllString(target, "…") }
