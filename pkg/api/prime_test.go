package api

import (
	"bytes"
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

	"users-api/pkg/apperr"
)

// What a prime waits for is another's time: here a server's answer that comes
// once the next prime is done.
func TestPrimesAtOnce(t *testing.T) {
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
	e := New(Config{Service: "s", Stage: "t", Function: "f", Origins: []string{"*"}, Priming: true}, io.Discard, time.Now)
	e.prime([]Prime{connect, func(context.Context) error { close(rehearsed); return nil }})
	assert.NoError(t, e.primed.err)
}

func TestPriming(t *testing.T) {
	t.Parallel()
	const event = `{"httpMethod":"GET","resource":"/users"}`
	answers := func(err error) Handler {
		return func(context.Context, *Request) (Response, error) { return NoContent(), err }
	}
	tests := []struct {
		name    string
		handler Handler
		primes  []Prime // beside the rehearsal of the handler
		off     bool
		metric  string // of the first invocation
		failure string
	}{
		{"a rehearsal", answers(nil), nil, false, "Primed", ""},
		{"a rehearsal that fails", answers(errors.New("table away")), nil, false, "PrimeFailed", "rehearsal answered 500"},
		{"a rehearsal that is refused", answers(apperr.New(apperr.Forbidden, "Forbidden")), nil, false, "PrimeFailed", "rehearsal answered 403"},
		{"a call that fails", answers(nil), []Prime{func(context.Context) error { return errors.New("no way") }}, false, "PrimeFailed", "no way"},
		{"a call that has no end", answers(nil), []Prime{func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}, false, "PrimeFailed", "deadline"},
		{"off", answers(nil), nil, true, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			e := New(Config{Service: "s", Stage: "t", Function: "f", Origins: []string{"*"}, Priming: !tt.off}, &log, time.Now)
			function := e.Wrap(tt.handler)
			e.prime(append(tt.primes, e.Rehearse(tt.handler, event)))
			assert.Empty(t, log.String(), "priming writes no line")

			_, err := function.Invoke(t.Context(), []byte(event))
			require.NoError(t, err)
			var line map[string]any
			require.NoError(t, json.Unmarshal(log.Bytes(), &line))
			assert.Equal(t, true, line["cold_start"], "priming is not the first invocation")
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
