package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/logline"
	"users-api/pkg/testing/parameters"
)

// harness is an edge whose log and clock the test controls.
type harness struct {
	t    *testing.T
	edge *Edge
	log  *syncBuffer
	time time.Time
}

// syncBuffer counts writes, because a line must be a single write.
type syncBuffer struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	writes int
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writes++
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

var config = Config{
	Config:  logline.Config{Service: "example", Stage: "test", Function: "example-test-fn"},
	Origins: []string{"*"}, Priming: true,
}

func newHarness(t *testing.T, c Config) *harness {
	t.Parallel()
	h := &harness{t: t, log: &syncBuffer{}, time: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)}
	h.edge = New(c, h.log, func() time.Time { h.time = h.time.Add(time.Millisecond); return h.time })
	return h
}

// answer is a response as API Gateway reads it.
type answer struct {
	StatusCode int
	Headers    map[string]string
	Body       string
}

func (h *harness) invoke(ctx context.Context, handler api.Handler, event string) answer {
	h.t.Helper()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "lambda-id"})
	ctx = context.WithValue(ctx, "x-amzn-trace-id", "Root=1-69219b5a-1f2e3d4c5b6a798800112233;Sampled=0") //lint:ignore SA1029 aws-lambda-go's key
	out, err := h.edge.wrap(handler).Invoke(ctx, []byte(event))
	require.NoError(h.t, err)
	var a answer
	require.NoError(h.t, json.Unmarshal(out, &a))
	return a
}

// line returns the only log line, decoded.
func (h *harness) line() map[string]any {
	h.t.Helper()
	text := h.log.String()
	require.Equal(h.t, 1, strings.Count(text, "\n"), "number of lines: %s", text)
	require.Equal(h.t, 1, h.log.writes, "number of writes")
	var line map[string]any
	require.NoError(h.t, json.Unmarshal([]byte(text), &line))
	return line
}

func event(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(b)
}

func ok(context.Context, *api.Request) (api.Response, error) {
	return api.JSON(http.StatusOK, map[string]string{"hello": "world"})
}

func fails(err error) api.Handler {
	return func(context.Context, *api.Request) (api.Response, error) { return api.Response{}, err }
}

func TestAnswer(t *testing.T) {
	h := newHarness(t, config)
	a := h.invoke(t.Context(), ok, event(t, "post.json"))
	assert.Equal(t, http.StatusOK, a.StatusCode)
	assert.Equal(t, `{"hello":"world"}`, a.Body)
	assert.Equal(t, map[string]string{
		"Content-Type":                  "application/json",
		"Cache-Control":                 "private, no-cache",
		"X-Content-Type-Options":        "nosniff",
		"X-Correlation-Id":              "order-4711",
		"Access-Control-Allow-Origin":   "*",
		"Access-Control-Expose-Headers": "ETag,Location,Retry-After,Idempotency-Replayed,X-Correlation-Id,x-amzn-RequestId",
	}, a.Headers)
}

func TestStatusOfEachKind(t *testing.T) {
	t.Parallel()
	statuses := map[apperr.Kind]int{
		apperr.Internal: 500, apperr.Invalid: 400, apperr.Unauthenticated: 401, apperr.Forbidden: 403,
		apperr.NotFound: 404, apperr.Conflict: 409, apperr.PreconditionFailed: 412, apperr.TooLarge: 413,
		apperr.UnsupportedMediaType: 415, apperr.KeyReused: 422, apperr.Unavailable: 503, apperr.Timeout: 504,
	}
	for kind, status := range statuses {
		t.Run(string(kind), func(t *testing.T) {
			h := newHarness(t, config)
			secret := errors.New("table example-prod at 10.0.0.1")
			a := h.invoke(t.Context(), fails(fmt.Errorf("get user: %w", apperr.Wrap(kind, "A message", secret))), event(t, "post.json"))
			assert.Equal(t, status, a.StatusCode)
			assert.JSONEq(t, `{"error":"A message","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, a.Body)
			assert.Equal(t, "*", a.Headers["Access-Control-Allow-Origin"])
			assert.Equal(t, status == 401, a.Headers["WWW-Authenticate"] == `Bearer error="invalid_token"`)
			line := h.line()
			assert.Equal(t, "get user: A message: table example-prod at 10.0.0.1", line["error"], "the operator sees the cause")
			assert.Equal(t, string(kind), line["errorKind"])
			assert.EqualValues(t, a.StatusCode, line["status"])
		})
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name       string
		err        error
		status     int
		body       string
		retryAfter string
	}{
		{name: "unclassified", err: errors.New("secret"), status: 500, body: `{"error":"Internal server error","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`},
		{
			name: "details", err: apperr.New(apperr.Invalid, "Validation failed", apperr.Detail{Field: "email", Message: "is required"}), status: 400,
			body: `{"error":"Validation failed","details":[{"field":"email","message":"is required"}],"requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`,
		},
		{
			name: "retry", err: &apperr.Error{Kind: apperr.Unavailable, Message: "Try again", RetryAfter: 1100 * time.Millisecond}, status: 503,
			body: `{"error":"Try again","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, retryAfter: "2",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, config)
			a := h.invoke(t.Context(), fails(tt.err), event(t, "post.json"))
			assert.Equal(t, tt.status, a.StatusCode)
			assert.JSONEq(t, tt.body, a.Body)
			assert.Equal(t, tt.retryAfter, a.Headers["Retry-After"])
		})
	}
}

func TestPanic(t *testing.T) {
	h := newHarness(t, config)
	a := h.invoke(t.Context(), func(context.Context, *api.Request) (api.Response, error) { panic("no such thing") }, event(t, "post.json"))
	assert.Equal(t, 500, a.StatusCode)
	assert.NotContains(t, a.Body, "no such thing")
	line := h.line()
	assert.Contains(t, line["error"], "panic: no such thing")
	assert.Contains(t, line["stack"], "edge_test.go")
	assert.Equal(t, "ERROR", line["level"])

	assert.Equal(t, 200, h.invoke(t.Context(), ok, event(t, "post.json")).StatusCode)
}

func TestHandlerPastDeadline(t *testing.T) {
	for name, returns := range map[string]bool{"returns at the deadline": true, "never returns": false} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, config)
			never := make(chan struct{})
			t.Cleanup(func() { close(never) })
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			deadlines := make(chan time.Time, 1)
			a := h.invoke(ctx, func(ctx context.Context, _ *api.Request) (api.Response, error) {
				deadline, _ := ctx.Deadline()
				deadlines <- deadline
				if returns {
					<-ctx.Done()
					return api.Response{}, apperr.Wrap(apperr.Timeout, "Timed out", ctx.Err())
				}
				<-never
				return api.Response{}, nil
			}, event(t, "post.json"))
			end, _ := ctx.Deadline()
			assert.True(t, (<-deadlines).Before(end), "time must be left for the answer")
			assert.Equal(t, 504, a.StatusCode)
			assert.JSONEq(t, `{"error":"Timed out","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, a.Body)
			assert.Equal(t, "timeout", h.line()["errorKind"])
			assert.Equal(t, 200, h.invoke(t.Context(), ok, event(t, "post.json")).StatusCode)
		})
	}
}

func TestMalformedEvent(t *testing.T) {
	for _, payload := range []string{"", "null", "[]", `{"headers":[]}`, `{"body":{}}`, "{"} {
		t.Run(payload, func(t *testing.T) {
			h := newHarness(t, config)
			a := h.invoke(t.Context(), func(_ context.Context, r *api.Request) (api.Response, error) {
				_, err := api.Decode(r)
				return api.Response{}, err
			}, payload)
			assert.Equal(t, 400, a.StatusCode)
			assert.Contains(t, a.Body, `"error"`)
			h.line()
		})
	}
}

func TestUnwritableLog(t *testing.T) {
	t.Parallel()
	edge := New(config, brokenWriter{}, time.Now)
	out, err := edge.wrap(ok).Invoke(t.Context(), []byte(event(t, "post.json")))
	require.NoError(t, err)
	assert.Contains(t, string(out), `"statusCode":200`)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOrigins(t *testing.T) {
	several := []string{"https://app.example.com", "https://admin.example.com"}
	tests := []struct {
		name        string
		origins     []string
		origin      string
		allow, vary string
	}{
		{name: "any origin", origins: []string{"*"}, origin: "https://evil.example", allow: "*"},
		{name: "one origin, from itself", origins: several[:1], origin: several[0], allow: several[0]},
		{name: "one origin, from another", origins: several[:1], origin: "https://evil.example", allow: several[0]},
		{name: "several origins, from one of them", origins: several, origin: several[1], allow: several[1], vary: "Origin"},
		{name: "several origins, from another", origins: several, origin: "https://evil.example", vary: "Origin"},
		{name: "several origins, no Origin header", origins: several, vary: "Origin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config
			c.Origins = tt.origins
			h := newHarness(t, c)
			a := h.invoke(t.Context(), ok, strings.ReplaceAll(event(t, "post.json"), "https://app.example.com", tt.origin))
			assert.Equal(t, tt.allow, a.Headers["Access-Control-Allow-Origin"])
			assert.Equal(t, tt.vary, a.Headers["Vary"])
		})
	}
}

func TestOriginsOfParameters(t *testing.T) {
	t.Parallel()
	for _, row := range parameters.Rows("corsOrigins") {
		env := map[string]string{"SERVICE": "example", "STAGE": "dev", "CORS_ORIGINS": row.Value}
		_, err := configFromEnv(func(key string) (string, bool) { v, ok := env[key]; return v, ok })
		assert.Equal(t, row.Good, err == nil, "%s: %v", row.Value, err)
	}
}

func TestConfigFromEnvReportsEveryFault(t *testing.T) {
	t.Parallel()
	from := func(env map[string]string) error {
		_, err := configFromEnv(func(key string) (string, bool) { v, ok := env[key]; return v, ok })
		return err
	}
	assert.NoError(t, from(map[string]string{"SERVICE": "example", "STAGE": "dev"}))
	assert.NoError(t, from(map[string]string{"SERVICE": "example", "STAGE": "dev", "PRIME": "off",
		"CORS_ORIGINS": "https://a.example, http://localhost:8080"}))
	assert.NoError(t, from(map[string]string{"SERVICE": "example", "STAGE": "dev", "LOG_LEVEL": "Debug",
		"LOG_DEBUG_SAMPLE": "0.5", "AWS_LAMBDA_LOG_LEVEL": "nonsense"}))
	assert.ErrorContains(t, from(map[string]string{"SERVICE": "example", "STAGE": "dev", "AWS_LAMBDA_LOG_LEVEL": "loud"}), "AWS_LAMBDA_LOG_LEVEL=")
	err := from(map[string]string{"STAGE": "a b", "CORS_ORIGINS": "https://a.example/path", "PRIME": "maybe", "LOG_LEVEL": "loud", "LOG_DEBUG_SAMPLE": "NaN"})
	for _, variable := range []string{"SERVICE", "STAGE", "CORS_ORIGINS", "PRIME", "LOG_LEVEL", "LOG_DEBUG_SAMPLE"} {
		assert.ErrorContains(t, err, variable+"=")
	}
}

func TestWrapFunc(t *testing.T) {
	type in struct{ N int }
	type out struct{ Twice int }
	tests := []struct {
		name, payload string
		handler       func(context.Context, in) (out, error)
		want, err     string
		level         string
	}{
		{name: "success", payload: `{"N":2}`, handler: func(_ context.Context, i in) (out, error) { return out{2 * i.N}, nil }, want: `{"Twice":4}`, level: "INFO"},
		{name: "classified error", payload: `{}`, handler: func(context.Context, in) (out, error) {
			return out{}, apperr.Wrap(apperr.Unauthenticated, "Unauthorized", errors.New("expired"))
		}, err: "Unauthorized", level: "INFO"},
		{name: "unclassified error", payload: `{}`, handler: func(context.Context, in) (out, error) {
			return out{}, errors.New("secret")
		}, err: "Internal server error", level: "ERROR"},
		{name: "panic", payload: `{}`, handler: func(context.Context, in) (out, error) { panic("secret") }, err: "Internal server error", level: "ERROR"},
		{name: "malformed event", payload: `[`, err: "Internal server error", level: "ERROR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, config)
			got, err := WrapFunc(h.edge, tt.handler).Invoke(t.Context(), []byte(tt.payload))
			assert.Equal(t, tt.want, string(got))
			if tt.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, tt.err)
			}
			line := h.line()
			assert.Equal(t, tt.level, line["level"])
			assert.NotContains(t, line, "Requests", "only an API request counts as a request")
		})
	}
}

// emptyHandler returns a function that invokes a handler that does nothing, with a deadline, as
// Lambda sets one.
func emptyHandler(t testing.TB) func() {
	function := New(config, io.Discard, time.Now).
		wrap(func(context.Context, *api.Request) (api.Response, error) { return api.NoContent(), nil })
	payload := []byte(event(t, "post.json"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	t.Cleanup(cancel)
	return func() {
		if _, err := function.Invoke(ctx, payload); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkEmptyHandler(b *testing.B) {
	invoke := emptyHandler(b)
	b.ReportAllocs()
	for b.Loop() {
		invoke()
	}
}
