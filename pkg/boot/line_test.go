package boot

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/logline"
	"users-api/pkg/testing/linetest"
)

func TestLine(t *testing.T) {
	h := newHarness(t, config)
	h.invoke(t.Context(), func(ctx context.Context, _ *api.Request) (api.Response, error) {
		api.Annotate(ctx, "userId", "u1")
		logline.SetPrincipal(ctx, "jwt:ann")
		return api.NoContent(), nil
	}, event(t, "post.json"))
	line := h.line()
	for key, want := range map[string]any{
		"level": "INFO", "message": "request", "service": "example", "stage": "test",
		"function_name": "example-test-fn", "function_request_id": "lambda-id", "cold_start": true,
		"xray_trace_id": "1-69219b5a-1f2e3d4c5b6a798800112233", "requestId": "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23",
		"correlation_id": "order-4711", "route": "POST /users", "method": "POST", "status": 204.0, "principal": "jwt:ann",
		"userId": "u1", "Requests": 1.0, "Errors": 0.0, "ClientErrors": 0.0, "ColdStart": 1.0, "durationMs": 1.0, "RequestDuration": 1.0,
		"timestamp": "2026-11-22T11:00:00.002Z",
	} {
		assert.Equal(t, want, line[key], key)
	}
	assert.NotContains(t, line, "error")
}

// A million lines of 1,000 bytes are a gigabyte of log, which costs half a dollar.
func TestLineLength(t *testing.T) {
	h := newHarness(t, config)
	h.invoke(t.Context(), func(ctx context.Context, _ *api.Request) (api.Response, error) {
		logline.SetPrincipal(ctx, "jwt:auth0|5f7c8ec7c33c6c004bbafe82")
		api.Annotate(ctx, "userId", "019aab7e-1a80-7c00-8000-000000000001")
		return api.NoContent(), nil
	}, event(t, "post.json"))
	assert.LessOrEqual(t, len(h.log.String()), 1100)
}

func TestLevels(t *testing.T) {
	tests := []struct {
		name          string
		level         slog.Level
		sample        float64
		fails         bool
		full, details bool // the line describes the request; it has the details of debug
	}{
		{name: "debug", level: slog.LevelDebug, full: true, details: true},
		{name: "info", level: slog.LevelInfo, full: true},
		{name: "info, sampled", level: slog.LevelInfo, sample: 1, full: true, details: true},
		{name: "warn", level: slog.LevelWarn},
		{name: "warn, sampled", level: slog.LevelWarn, sample: 1, full: true, details: true},
		{name: "error", level: slog.LevelError},
		{name: "error, failed request", level: slog.LevelError, fails: true, full: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config
			c.Level, c.DebugSample = tt.level, tt.sample
			h := newHarness(t, c)
			h.invoke(t.Context(), func(ctx context.Context, _ *api.Request) (api.Response, error) {
				api.AnnotateDebug(ctx, "page", 20)
				if tt.fails {
					return api.Response{}, errors.New("boom")
				}
				return api.NoContent(), nil
			}, event(t, "post.json"))
			line := h.line()
			assert.Equal(t, 1.0, line["Requests"], "metrics do not depend on the level")
			assert.Contains(t, line, "_aws")
			assert.Equal(t, "example-test-fn", line["function_name"], "dimensions do not depend on the level")
			assert.Equal(t, tt.full, line["requestId"] != nil)
			assert.Equal(t, tt.details, line["page"] != nil)
			assert.Equal(t, tt.details, line["eventBytes"] != nil)
		})
	}
}

func TestSecondInvocationIsWarm(t *testing.T) {
	h := newHarness(t, config)
	h.invoke(t.Context(), ok, event(t, "post.json"))
	h.invoke(t.Context(), ok, event(t, "post.json"))
	lines := strings.Split(strings.TrimSpace(h.log.String()), "\n")
	require.Len(t, lines, 2)
	assert.Contains(t, lines[0], `"cold_start":true`)
	assert.Contains(t, lines[1], `"cold_start":false`)
}

func TestLineMetrics(t *testing.T) {
	h := newHarness(t, config)
	h.invoke(t.Context(), func(ctx context.Context, _ *api.Request) (api.Response, error) {
		logline.Count(ctx, "Denied", slog.String("reason", "expired"))
		return api.Response{}, errors.New("boom")
	}, event(t, "post.json"))
	values, series := map[string]float64{}, map[string]bool{}
	for _, m := range linetest.Check(t, []byte(h.log.String())) {
		assert.Equal(t, "example", m.Namespace)
		values[m.Name+" "+m.Unit] = m.Value
		for _, set := range m.Dimensions {
			series[m.Name+" by "+strings.Join(slices.Sorted(maps.Values(set)), ", ")] = true
		}
	}
	assert.Equal(t, map[string]float64{
		"Requests Count": 1, "ClientErrors Count": 0, "Errors Count": 1, "RequestDuration Milliseconds": 1, "ColdStart Count": 1, "Denied Count": 1,
	}, values)
	assert.Len(t, series, 5*2+2, "each series costs: five metrics by stage and by function, Denied by stage and by reason")
	assert.True(t, series["Requests by example, test"])
	assert.True(t, series["Requests by example, example-test-fn, test"])
	assert.True(t, series["Denied by example, expired, test"])
}

func TestNobodyCanForgeOrFloodTheLog(t *testing.T) {
	evil := "x\r\n{\"level\":\"INFO\",\"forged\":true}\u2028\u0085\u009b31m\x1b[31m\u00a0é\"" + strings.Repeat("A", 1<<20)
	h := newHarness(t, config)
	req := `{"httpMethod":` + string(mustJSON(evil)) + `,"resource":` + string(mustJSON(evil)) + `,"headers":{"X-Correlation-Id":` + string(mustJSON(evil)) +
		`},"requestContext":{"requestId":` + string(mustJSON(evil)) + `,"authorizer":{"principalId":` + string(mustJSON(evil)) + `}}}`
	h.invoke(t.Context(), func(ctx context.Context, _ *api.Request) (api.Response, error) {
		api.Annotate(ctx, "note", evil)
		return api.Response{}, errors.New(evil)
	}, req)
	line := h.line()
	assert.NotContains(t, line, "forged")
	assert.True(t, strings.HasPrefix(evil, strings.TrimSuffix(line["note"].(string), "…")), "the value is kept, but shortened")
	notPlain := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || r == '\u2028') }
	assert.Equal(t, -1, strings.IndexFunc(h.log.String(), notPlain), "no character that a log reader takes for the end of a line")
	assert.Less(t, len(h.log.String()), 8<<10)
}

func TestCorrelationID(t *testing.T) {
	tests := []struct{ name, sent, want string }{
		{name: "valid", sent: "abc-123_X.y:z/+=", want: "abc-123_X.y:z/+="},
		{name: "absent", want: "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"},
		{name: "space", sent: "a b", want: "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"},
		{name: "email address", sent: "ann@example.com", want: "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"},
		{name: "too long", sent: strings.Repeat("a", 129), want: "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, config)
			a := h.invoke(t.Context(), ok, strings.ReplaceAll(event(t, "post.json"), "order-4711", tt.sent))
			assert.Equal(t, tt.want, a.Headers["X-Correlation-Id"])
			assert.Equal(t, tt.want, h.line()["correlation_id"])
		})
	}
}

func TestLogHoldsNoCredentialAddressOrBody(t *testing.T) {
	h := newHarness(t, config)
	h.invoke(t.Context(), func(ctx context.Context, r *api.Request) (api.Response, error) {
		logline.SetPrincipal(ctx, "jwt:ann@example.com")
		_, err := api.Decode(r)
		return api.NoContent(), err
	}, strings.Replace(event(t, "post.json"), `{\"name\"`, `{{\"name\"`, 1))
	text := h.log.String()
	assert.NotContains(t, text, "SECRET")
	assert.NotContains(t, text, "example.com")
	assert.Contains(t, text, `"principal":"sha256:`)
	assert.Contains(t, text, "JSON")
}
