package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"users-api/pkg/apperr"
)

// What a client or a dependency can put into a line is bounded, so that nobody
// can flood the log.
const (
	maxValueBytes = 256
	maxErrorBytes = 2 << 10
	maxStackBytes = 4 << 10
)

// logger writes lines of JSON, each with one write, so that lines never mix.
type logger struct{ handler slog.Handler }

// newLogger makes one whose lines all have the given members.
func newLogger(w io.Writer, members ...slog.Attr) *logger {
	h := slog.NewJSONHandler(c1Escaper{w}, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: rename})
	return &logger{h.WithAttrs(members)}
}

// c1Escaper writes the control characters from U+0080 to U+009F as JSON's escapes.
// JSON lets them stand as they are, but U+0085 is the end of a line to some that
// read logs, and U+009B begins a command to a terminal.
type c1Escaper struct{ w io.Writer }

func (e c1Escaper) Write(line []byte) (int, error) {
	const lead = 0xC2 // in UTF-8 it stands before their own number
	if bytes.IndexByte(line, lead) < 0 {
		return e.w.Write(line)
	}
	escaped := make([]byte, 0, len(line)+64)
	for i := 0; i < len(line); i++ {
		if line[i] == lead && i+1 < len(line) && line[i+1] < 0xA0 {
			i++
			escaped = fmt.Appendf(escaped, `\u%04x`, line[i])
			continue
		}
		escaped = append(escaped, line[i])
	}
	_, err := e.w.Write(escaped)
	return len(line), err
}

// rename gives slog's own members the names that Powertools' loggers use.
func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.MessageKey:
		a.Key = "message"
	case slog.TimeKey:
		return slog.String("timestamp", a.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	return a
}

func (l *logger) write(at time.Time, level slog.Level, message string, attrs []slog.Attr) {
	r := slog.NewRecord(at, level, message, 0)
	r.AddAttrs(attrs...)
	_ = l.handler.Handle(context.Background(), r) // a log that cannot be written must not stop the service
}

func (l *logger) fatal(at time.Time, err error) {
	l.write(at, slog.LevelError, "initialisation failed", []slog.Attr{slog.String("error", clip(err.Error(), maxErrorBytes))})
}

// Line is the one log line of an invocation. It is written at the invocation's
// end, whatever came of it, and in CloudWatch's Embedded Metric Format, so that
// it is the invocation's metrics too.
type Line struct {
	edge          *Edge
	silent        bool
	debug         bool // tell more
	start         time.Time
	cold          bool
	function      string // Lambda's request id
	trace         string
	requestID     string // API Gateway's request id
	correlationID string
	route, method string
	isRequest     bool

	mu        sync.Mutex // a handler that outlives its deadline may still write
	ended     bool
	principal string
	members   []slog.Attr
	details   []slog.Attr // told at debug only
	counts    []count

	attrsBuffer [32]slog.Attr // room for most lines, allocated with it
	emfBuffer   [640]byte
}

type lineKey struct{}

func withLine(ctx context.Context, l *Line) context.Context {
	return context.WithValue(ctx, lineKey{}, l)
}

func lineFrom(ctx context.Context) *Line {
	l, _ := ctx.Value(lineKey{}).(*Line)
	return l
}

func (e *Edge) newLine(ctx context.Context) *Line {
	l := &Line{edge: e, start: e.now(), silent: silenced(ctx)}
	if !l.silent {
		l.cold = !e.warm.Swap(true)
	}
	if l.cold {
		l.counts = e.primed.count()
	}
	l.debug = e.config.Level <= slog.LevelDebug || e.config.DebugSample > 0 && rand.Float64() < e.config.DebugSample
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		l.function = lc.AwsRequestID
	}
	if trace, ok := ctx.Value("x-amzn-trace-id").(string); ok { // aws-lambda-go's key
		l.trace = traceRoot(trace)
	}
	return l
}

// traceRoot takes the id out of "Root=1-...;Parent=...;Sampled=0".
func traceRoot(header string) string {
	for part := range strings.SplitSeq(header, ";") {
		if root, ok := strings.CutPrefix(part, "Root="); ok {
			return clip(root, maxValueBytes)
		}
	}
	return ""
}

// request takes over what the line says about an API request.
func (l *Line) request(r *Request) {
	l.isRequest = true
	l.requestID = r.RequestContext.RequestID
	l.correlationID = correlationID(r)
	l.method, l.route = clip(r.Method, maxValueBytes), clip(strings.TrimSpace(r.Method+" "+r.Resource), maxValueBytes)
}

// correlationID follows a request through several services: the client's own
// where it is sane, else API Gateway's request id.
func correlationID(r *Request) string {
	id := r.Headers.CorrelationID
	odd := func(c rune) bool { return !isLetterOrDigit(c) && !strings.ContainsRune("-_.:/+=", c) }
	if id == "" || len(id) > 128 || strings.ContainsFunc(id, odd) {
		return r.RequestContext.RequestID
	}
	return id
}

// Annotate adds a member to the invocation's log line. It does nothing outside
// of an invocation or after its end. A value must hold no credential, address
// or body.
func Annotate(ctx context.Context, key string, value any) {
	if s, ok := value.(string); ok {
		value = clip(s, maxValueBytes)
	}
	lineFrom(ctx).add(func(l *Line) { l.members = append(l.members, slog.Any(key, value)) })
}

// Detail is Annotate for what is told at debug only.
func Detail(ctx context.Context, key string, value any) {
	l := lineFrom(ctx)
	if l != nil && l.debug {
		l.detail(key, value)
	}
}

// sizes tells at debug how much came and went, and how much time was left.
func (l *Line) sizes(ctx context.Context, event []byte, req *Request, res Response) {
	l.detail("eventBytes", len(event))
	l.detail("requestBytes", len(req.Body))
	l.detail("responseBytes", len(res.Body))
	if deadline, ok := ctx.Deadline(); ok {
		l.detail("remainingMs", deadline.Sub(l.edge.now()).Milliseconds())
	}
}

func (l *Line) detail(key string, value any) {
	l.add(func(l *Line) { l.details = append(l.details, slog.Any(key, value)) })
}

// Count adds a metric of value 1 to the invocation's log line, by service and
// stage and, where dims gives names and values by turns, by those too. Their
// values must come from a small fixed set.
func Count(ctx context.Context, metric string, dims ...string) {
	lineFrom(ctx).add(func(l *Line) { l.counts = append(l.counts, count{metric, dims}) })
}

// SetPrincipal says in the invocation's log line who called.
func SetPrincipal(ctx context.Context, principal string) {
	lineFrom(ctx).add(func(l *Line) { l.setPrincipal(principal) })
}

func (l *Line) add(f func(*Line)) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		f(l)
	}
}

// setPrincipal hashes a subject that is an email address: addresses are no
// business of a log.
func (l *Line) setPrincipal(principal string) {
	if strings.Contains(principal, "@") {
		sum := sha256.Sum256([]byte(principal))
		principal = "sha256:" + hex.EncodeToString(sum[:8])
	}
	l.principal = clip(principal, maxValueBytes)
}

// end writes the line. A status of 0 is that of an invocation which is no API
// request.
func (l *Line) end(status int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.silent {
		return
	}
	now := l.edge.now()
	level, message := slog.LevelInfo, "invocation"
	if l.isRequest {
		message = "request"
	}
	if l.failed(status, err) {
		level = slog.LevelError
	}
	l.edge.log.write(now, level, message, l.attrs(now, level, status, err))
}

// failed tells whether the invocation failed by a fault of ours.
func (l *Line) failed(status int, err error) bool {
	if l.isRequest {
		return status >= 500
	}
	return err != nil && statusOf(apperr.KindOf(err)) >= 500
}

func (l *Line) attrs(now time.Time, level slog.Level, status int, err error) []slog.Attr {
	duration := float64(now.Sub(l.start).Microseconds()) / 1000
	attrs := l.attrsBuffer[:0]
	if level >= l.edge.config.Level || l.debug {
		attrs = l.describe(attrs, duration, status, err)
	}
	return l.edge.metrics.append(attrs, l, now, duration, status, err)
}

// describe adds all that a line says beside its metrics.
func (l *Line) describe(attrs []slog.Attr, duration float64, status int, err error) []slog.Attr {
	attrs = append(attrs,
		slog.String("function_request_id", l.function), slog.Bool("cold_start", l.cold),
		slog.Float64("durationMs", duration),
	)
	attrs = appendText(attrs, "xray_trace_id", l.trace)
	attrs = appendText(attrs, "requestId", l.requestID)
	attrs = appendText(attrs, "correlation_id", l.correlationID)
	attrs = appendText(attrs, "route", l.route)
	attrs = appendText(attrs, "method", l.method)
	attrs = appendText(attrs, "principal", l.principal)
	if l.isRequest {
		attrs = append(attrs, slog.Int("status", status))
	}
	attrs = appendError(attrs, err)
	attrs = append(attrs, l.members...)
	if l.debug {
		attrs = append(attrs, l.details...)
	}
	if l.cold {
		attrs = l.edge.primed.append(attrs)
	}
	return attrs
}

func appendText(attrs []slog.Attr, key, value string) []slog.Attr {
	if value == "" {
		return attrs
	}
	return append(attrs, slog.String(key, value))
}

func appendError(attrs []slog.Attr, err error) []slog.Attr {
	if err == nil {
		return attrs
	}
	attrs = append(attrs,
		slog.String("error", clip(err.Error(), maxErrorBytes)),
		slog.String("errorKind", apperr.KindOf(err).String()))
	if p, ok := errors.AsType[*panicked](err); ok {
		attrs = append(attrs, slog.String("stack", clip(p.trimmedStack(), maxStackBytes)))
	}
	return attrs
}

// clip shortens a text to at most n bytes, at the border of a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// runtimeLog takes what aws-lambda-go says through package log. It says each
// error that an invocation returned, which the invocation's line has said; what
// else it says is why it ends.
type runtimeLog struct {
	log *logger
	now func() time.Time
}

func (r runtimeLog) Write(p []byte) (int, error) {
	if !bytes.Contains(p, []byte(`{"errorMessage":`)) {
		r.log.write(r.now(), slog.LevelError, "runtime", []slog.Attr{slog.String("error", clip(strings.TrimSpace(string(p)), maxErrorBytes))})
	}
	return len(p), nil
}

// rawJSON is written into a line as it stands.
type rawJSON []byte

var _ json.Marshaler = rawJSON(nil)

// MarshalJSON gives the bytes.
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }
