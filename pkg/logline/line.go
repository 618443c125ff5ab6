package logline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"users-api/pkg/apperr"
)

// Line is the log line of one invocation.
type Line struct {
	logger    *Logger
	silent    bool
	debug     bool // write details
	start     time.Time
	cold      bool
	function  string // Lambda's request id
	trace     string
	request   Request
	isRequest bool

	mu        sync.Mutex // a handler that outlives its deadline may still add members
	ended     bool
	principal string
	members   []slog.Attr
	counts    []count

	attrsBuffer [32]slog.Attr // large enough for most lines, allocated with the line
	metadata    metadata
}

// Request is what a line says about an API request.
type Request struct {
	ID            string // API Gateway's request id
	CorrelationID string
	Method, Route string
}

// Outcome is how an invocation ended.
type Outcome struct {
	Status int   // of the answer; 0 if the invocation is not an API request
	Fault  bool  // it failed, and not by the caller's fault
	Err    error // nil on success
}

// Start begins the line of an invocation. The first one is the cold start's.
func (l *Logger) Start(ctx context.Context) *Line {
	line := &Line{logger: l, start: l.now(), silent: IsSilent(ctx)}
	if !line.silent && !l.warm.Swap(true) {
		line.cold, line.members, line.counts = true, l.primed, l.primedCount
	}
	line.debug = l.config.Level <= slog.LevelDebug || l.config.DebugSample > 0 && rand.Float64() < l.config.DebugSample
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		line.function = lc.AwsRequestID
	}
	if trace, ok := ctx.Value("x-amzn-trace-id").(string); ok { // aws-lambda-go's key
		_, root, _ := strings.Cut(trace, "Root=") // as in "Root=1-...;Parent=...;Sampled=0"
		root, _, _ = strings.Cut(root, ";")
		line.trace = Clip(root, maxValueBytes)
	}
	return line
}

// SetRequest marks the line as that of an API request.
func (l *Line) SetRequest(r Request) {
	r.Method, r.Route = Clip(r.Method, maxValueBytes), Clip(r.Route, maxValueBytes)
	l.request, l.isRequest = r, true
}

// Debug reports whether the line has the details that are written at debug.
func (l *Line) Debug() bool { return l.debug }

// End writes the line. What is added to it later is lost.
func (l *Line) End(o Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.silent {
		return
	}
	now := l.logger.now()
	level, message := slog.LevelInfo, "invocation"
	if l.isRequest {
		message = "request"
	}
	if o.Fault {
		level = slog.LevelError
	}
	duration := milliseconds(now.Sub(l.start))
	attrs := l.attrsBuffer[:0]
	if level >= l.logger.config.Level || l.debug {
		attrs = l.describe(attrs, duration, o)
	}
	write(l.logger.handler, now, level, message, l.appendMetrics(attrs, now, duration, o))
}

// describe adds everything but the metrics.
func (l *Line) describe(attrs []slog.Attr, duration float64, o Outcome) []slog.Attr {
	attrs = append(attrs,
		slog.String("function_request_id", l.function), slog.Bool("cold_start", l.cold), slog.Float64("durationMs", duration),
		slog.String("xray_trace_id", l.trace), slog.String("requestId", l.request.ID),
		slog.String("correlation_id", l.request.CorrelationID), slog.String("route", l.request.Route),
		slog.String("method", l.request.Method), slog.String("principal", l.principal),
	)
	if l.isRequest {
		attrs = append(attrs, slog.Int("status", o.Status))
	}
	if o.Err != nil {
		attrs = append(attrs, errorText("error", o.Err.Error()), slog.String("errorKind", string(apperr.KindOf(o.Err))))
		var s interface{ Stack() string } // an error that knows where it happened, such as a panic
		if errors.As(o.Err, &s) {
			attrs = append(attrs, slog.String("stack", Clip(s.Stack(), maxStackBytes)))
		}
	}
	return append(attrs, l.members...)
}

type lineKey struct{}

// NewContext returns a context that carries the line.
func NewContext(ctx context.Context, l *Line) context.Context {
	return context.WithValue(ctx, lineKey{}, l)
}

type silenceKey struct{}

// Silence returns a context in which invocations write no line, and so no metric.
func Silence(ctx context.Context) context.Context {
	return context.WithValue(ctx, silenceKey{}, true)
}

// IsSilent reports whether the context is one of Silence.
func IsSilent(ctx context.Context) bool { return ctx.Value(silenceKey{}) != nil }

// Annotate adds a member to the line of the context. It does nothing outside an invocation or after
// its end. A value must hold no credential, address or body.
func Annotate(ctx context.Context, key string, value any) {
	if s, ok := value.(string); ok {
		value = Clip(s, maxValueBytes)
	}
	add(ctx, func(l *Line) { l.members = append(l.members, slog.Any(key, value)) })
}

// AnnotateDebug is Annotate for a member that is written at debug only.
func AnnotateDebug(ctx context.Context, key string, value any) {
	if l, _ := ctx.Value(lineKey{}).(*Line); l != nil && l.debug {
		Annotate(ctx, key, value)
	}
}

// Count adds a metric of value 1 to the line of the context, by service and stage and, if there are
// any, by further dimensions. Their values must come from a small fixed set.
func Count(ctx context.Context, metric string, dimensions ...slog.Attr) {
	add(ctx, func(l *Line) { l.counts = append(l.counts, count{metric, dimensions}) })
}

// SetPrincipal adds the caller to the line of the context. An email address is hashed.
func SetPrincipal(ctx context.Context, principal string) {
	if strings.Contains(principal, "@") {
		sum := sha256.Sum256([]byte(principal))
		principal = "sha256:" + hex.EncodeToString(sum[:8])
	}
	add(ctx, func(l *Line) { l.principal = Clip(principal, maxValueBytes) })
}

func add(ctx context.Context, f func(*Line)) {
	l, _ := ctx.Value(lineKey{}).(*Line)
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		f(l)
	}
}
