package api_test

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
)

// harness is an edge whose log and clock the test has in hand.
type harness struct {
	t    *testing.T
	edge *api.Edge
	log  *syncBuffer
	time time.Time
}

// syncBuffer counts writes: a line must be one of them.
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

var config = api.Config{Service: "users-api", Stage: "test", Function: "users-api-test-fn", Origins: []string{"*"}, Priming: true}

func newHarness(t *testing.T, c api.Config) *harness {
	t.Parallel()
	h := &harness{t: t, log: &syncBuffer{}, time: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)}
	h.edge = api.New(c, h.log, func() time.Time { h.time = h.time.Add(time.Millisecond); return h.time })
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
	out, err := h.edge.Wrap(handler).Invoke(ctx, []byte(event))
	require.NoError(h.t, err)
	var a answer
	require.NoError(h.t, json.Unmarshal(out, &a))
	return a
}

// line gives the only log line, decoded.
func (h *harness) line() map[string]any {
	h.t.Helper()
	text := h.log.String()
	require.Equal(h.t, 1, strings.Count(text, "\n"), "one line: %s", text)
	require.Equal(h.t, 1, h.log.writes, "one write")
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
		"Access-Control-Expose-Headers": "ETag,Location,Retry-After,X-Correlation-Id,x-amzn-RequestId",
	}, a.Headers)
}

func TestEveryKindHasItsStatus(t *testing.T) {
	t.Parallel()
	statuses := map[apperr.Kind]int{
		apperr.Internal: 500, apperr.Invalid: 400, apperr.Unauthenticated: 401, apperr.Forbidden: 403,
		apperr.NotFound: 404, apperr.Conflict: 409, apperr.PreconditionFailed: 412, apperr.TooLarge: 413,
		apperr.UnsupportedMediaType: 415, apperr.KeyReused: 422, apperr.Unavailable: 503, apperr.Timeout: 504,
	}
	for kind := apperr.Internal; kind <= apperr.Timeout; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			h := newHarness(t, config)
			secret := errors.New("table users-api-prod at 10.0.0.1")
			a := h.invoke(t.Context(), fails(fmt.Errorf("get user: %w", apperr.Wrap(kind, "A message", secret))), event(t, "post.json"))
			assert.Equal(t, statuses[kind], a.StatusCode)
			assert.JSONEq(t, `{"error":"A message","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, a.Body)
			assert.Equal(t, "*", a.Headers["Access-Control-Allow-Origin"])
			line := h.line()
			assert.Equal(t, "get user: A message: table users-api-prod at 10.0.0.1", line["error"], "the operator sees the cause")
			assert.Equal(t, kind.String(), line["errorKind"])
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
		{"unclassified", errors.New("secret"), 500, `{"error":"Internal server error","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, ""},
		{
			"details", apperr.New(apperr.Invalid, "Validation failed", apperr.Detail{Field: "email", Message: "is required"}), 400,
			`{"error":"Validation failed","details":[{"field":"email","message":"is required"}],"requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, "",
		},
		{
			"retry", &apperr.Error{Kind: apperr.Unavailable, Message: "Try again", RetryAfter: 1100 * time.Millisecond}, 503,
			`{"error":"Try again","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, "2",
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

func TestPanicIsAnsweredForAndTheNextRequestServed(t *testing.T) {
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

func TestHandlerPastItsDeadline(t *testing.T) {
	for name, keepsIt := range map[string]bool{"that heeds it": true, "that does not": false} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, config)
			never := make(chan struct{})
			t.Cleanup(func() { close(never) })
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			a := h.invoke(ctx, func(ctx context.Context, _ *api.Request) (api.Response, error) {
				if keepsIt {
					<-ctx.Done()
					return api.Response{}, apperr.Wrap(apperr.Timeout, "Timed out", ctx.Err())
				}
				<-never
				return api.Response{}, nil
			}, event(t, "post.json"))
			require.NoError(t, ctx.Err(), "answered before Lambda gives up")
			assert.Equal(t, 504, a.StatusCode)
			assert.JSONEq(t, `{"error":"Timed out","requestId":"7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"}`, a.Body)
			assert.Equal(t, "timeout", h.line()["errorKind"])
			assert.Equal(t, 200, h.invoke(t.Context(), ok, event(t, "post.json")).StatusCode)
		})
	}
}

func TestAnEventThatIsNone(t *testing.T) {
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

func TestLogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	edge := api.New(config, brokenWriter{}, time.Now)
	out, err := edge.Wrap(ok).Invoke(t.Context(), []byte(event(t, "post.json")))
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
		asking      string
		allow, vary string
	}{
		{"any", []string{"*"}, "https://evil.example", "*", ""},
		{"one, asked by it", several[:1], several[0], several[0], ""},
		{"one, asked by another", several[:1], "https://evil.example", several[0], ""},
		{"several, asked by one", several, several[1], several[1], "Origin"},
		{"several, asked by another", several, "https://evil.example", "", "Origin"},
		{"several, asked by none", several, "", "", "Origin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config
			c.Origins = tt.origins
			h := newHarness(t, c)
			a := h.invoke(t.Context(), ok, strings.ReplaceAll(event(t, "post.json"), "https://app.example.com", tt.asking))
			assert.Equal(t, tt.allow, a.Headers["Access-Control-Allow-Origin"])
			assert.Equal(t, tt.vary, a.Headers["Vary"])
		})
	}
}

func TestFromEnvNamesAllThatIsWrong(t *testing.T) {
	t.Parallel()
	from := func(env map[string]string) error {
		_, err := api.FromEnv(func(key string) (string, bool) { v, ok := env[key]; return v, ok })
		return err
	}
	assert.NoError(t, from(map[string]string{"SERVICE": "users-api", "STAGE": "dev"}))
	assert.NoError(t, from(map[string]string{"SERVICE": "users-api", "STAGE": "dev", "CORS_ORIGINS": "https://a.example, http://localhost:8080", "PRIME": "off"}))
	assert.NoError(t, from(map[string]string{"SERVICE": "users-api", "STAGE": "dev", "LOG_LEVEL": "Debug", "LOG_DEBUG_SAMPLE": "0.5", "AWS_LAMBDA_LOG_LEVEL": "nonsense"}))
	assert.ErrorContains(t, from(map[string]string{"SERVICE": "users-api", "STAGE": "dev", "AWS_LAMBDA_LOG_LEVEL": "loud"}), "AWS_LAMBDA_LOG_LEVEL=")
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
		{"answers", `{"N":2}`, func(_ context.Context, i in) (out, error) { return out{2 * i.N}, nil }, `{"Twice":4}`, "", "INFO"},
		{"refuses in its own words", `{}`, func(context.Context, in) (out, error) {
			return out{}, apperr.Wrap(apperr.Unauthenticated, "Unauthorized", errors.New("expired"))
		}, "", "Unauthorized", "INFO"},
		{"hides what is unclassified", `{}`, func(context.Context, in) (out, error) { return out{}, errors.New("secret") }, "", "Internal server error", "ERROR"},
		{"panics", `{}`, func(context.Context, in) (out, error) { panic("secret") }, "", "Internal server error", "ERROR"},
		{"no event", `[`, nil, "", "Internal server error", "ERROR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, config)
			got, err := api.WrapFunc(h.edge, tt.handler).Invoke(t.Context(), []byte(tt.payload))
			assert.Equal(t, tt.want, string(got))
			if tt.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, tt.err)
			}
			line := h.line()
			assert.Equal(t, tt.level, line["level"])
			assert.NotContains(t, line, "Requests", "an invocation that is no request must not count as one")
		})
	}
}

// emptyHandler is an invocation of a handler that does nothing, with a deadline
// as Lambda sets it.
func emptyHandler(t testing.TB) func() {
	function := api.New(config, io.Discard, time.Now).
		Wrap(func(context.Context, *api.Request) (api.Response, error) { return api.NoContent(), nil })
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
