package boot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/logline"
)

// The connection's server answers only after the rehearsal has ended.
func TestPrimesOverlap(t *testing.T) {
	t.Parallel()
	rehearsed := make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-rehearsed }))
	defer server.Close()
	connect := func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			return err
		}
		res, err := server.Client().Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
	var log bytes.Buffer
	e := New(config, &log, time.Now)
	e.prime(time.Minute, []Prime{connect, func(context.Context) error { close(rehearsed); return nil }})
	e.log.Start(t.Context()).End(logline.Outcome{})
	assert.Contains(t, log.String(), `"Primed":1`)
}

func TestPriming(t *testing.T) {
	t.Parallel()
	const event = `{"httpMethod":"GET","resource":"/users"}`
	answers := func(err error) api.Handler {
		return func(context.Context, *api.Request) (api.Response, error) { return api.NoContent(), err }
	}
	tests := []struct {
		name    string
		handler api.Handler
		primes  []Prime // before the rehearsal of the handler
		timeout time.Duration
		off     bool
		metric  string // of the first invocation
		failure string
	}{
		{name: "success", handler: answers(nil), metric: "Primed"},
		{name: "failed rehearsal", handler: answers(errors.New("table unavailable")), metric: "PrimeFailed", failure: "rehearsal answered 500"},
		{name: "refused rehearsal", handler: answers(apperr.New(apperr.Forbidden, "Forbidden")), metric: "PrimeFailed", failure: "rehearsal answered 403"},
		{name: "failed call", handler: answers(nil), primes: []Prime{func(context.Context) error { return errors.New("refused") }},
			metric: "PrimeFailed", failure: "refused"},
		{name: "call past the timeout", handler: answers(nil), primes: []Prime{func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
			timeout: time.Millisecond, metric: "PrimeFailed", failure: "deadline"},
		{name: "priming off", handler: answers(nil), off: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			e := New(Config{Config: logline.Config{Service: "s", Stage: "t", Function: "f"}, Origins: []string{"*"}, Priming: !tt.off}, &log, time.Now)
			function := e.wrap(tt.handler)
			e.prime(cmp.Or(tt.timeout, time.Minute), append(tt.primes, rehearse(function, []byte(event))))
			assert.Empty(t, log.String(), "priming must write no line")

			_, err := function.Invoke(t.Context(), []byte(event))
			require.NoError(t, err)
			var line map[string]any
			require.NoError(t, json.Unmarshal(log.Bytes(), &line))
			assert.Equal(t, true, line["cold_start"], "priming must not count as the first invocation")
			for _, metric := range []string{"Primed", "PrimeFailed"} {
				if metric == tt.metric {
					assert.Equal(t, 1.0, line[metric])
				} else {
					assert.NotContains(t, line, metric)
				}
			}
			failure, _ := line["primeError"].(string)
			assert.Contains(t, failure, tt.failure)
			assert.Equal(t, tt.failure != "", failure != "")
		})
	}
}

func TestRehearseFunc(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want bool // whether the rehearsal fails
	}{
		"success":                {},
		"refusal":                {err: apperr.New(apperr.Unauthenticated, "Unauthorized")},
		"internal error":         {err: errors.New("boom"), want: true},
		"unavailable dependency": {err: apperr.New(apperr.Unavailable, "Try again"), want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := New(config, io.Discard, time.Now)
			h := func(context.Context, struct{}) (struct{}, error) { return struct{}{}, tt.err }
			assert.Equal(t, tt.want, rehearseFunc(e, h, func(context.Context) ([]byte, error) { return []byte("{}"), nil })(t.Context()) != nil)
		})
	}
}
