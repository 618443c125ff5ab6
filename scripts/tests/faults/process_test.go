package faults

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
)

func testSilentTable(t *testing.T, bin binaries) {
	tb := newTable(t)
	get := event(t, "get-user", tb.ann().ID.String())
	proxy := &storetest.Faulty{Fault: storetest.Silence, First: 1}
	f := tb.start(bin["getUser"], proxy.Serve(t, endpoint), io.Discard, "PRIME=off")
	out, err := f.InvokeUntil(t.Context(), time.Now().Add(time.Second), []byte(get))
	a := decode(t, out, err)
	assert.Equal(t, http.StatusGatewayTimeout, a.StatusCode)
	assert.Contains(t, a.Body, `{"error":"Timed out","requestId":`)
	assert.Equal(t, http.StatusOK, invoke(t, f, get).StatusCode, "the next request is served")
}

func testSilentAtFirst(t *testing.T, bin binaries) {
	tb := newTable(t)
	get := event(t, "get-user", tb.ann().ID.String())
	log := new(runtimeapi.Log)
	proxy := &storetest.Faulty{Fault: storetest.Silence, First: 1}
	f := tb.start(bin["getUser"], proxy.Serve(t, endpoint), log)
	for range 2 {
		assert.Equal(t, http.StatusOK, invoke(t, f, get).StatusCode)
	}
	var line struct{ PrimeMS float64 }
	require.NoError(t, log.Line(t.Context(), "1", &line))
	assert.Greater(t, line.PrimeMS, 1000.0, "the rehearsal waited for the silent table, and then went on")
}

func testClosedLog(t *testing.T, bin binaries) {
	tb := newTable(t)
	get := event(t, "get-user", tb.ann().ID.String())
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	f := tb.start(bin["getUser"], endpoint, writer)
	require.NoError(t, writer.Close())
	require.NoError(t, reader.Close())
	for range 3 {
		assert.Equal(t, http.StatusOK, invoke(t, f, get).StatusCode)
	}
}

// testRehearsal checks that each function serves itself its made-up request with
// success, and writes nothing.
func testRehearsal(t *testing.T, bin binaries) {
	for name, binary := range bin {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tb := newTable(t)
			calls, log := new(storetest.Faulty), new(runtimeapi.Log)
			f := tb.start(binary, calls.Serve(t, endpoint), log)
			assert.Equal(t, http.StatusUnauthorized, invoke(t, f, "{}").StatusCode, "which calls no table")
			assert.LessOrEqual(t, calls.Calls(), int64(2), "connections alone")
			items, err := storetest.Items(t.Context(), tb.client, tb.name)
			require.NoError(t, err)
			assert.Empty(t, items)
			var line struct {
				Primed     int
				PrimeError string
			}
			require.NoError(t, log.Line(t.Context(), "1", &line))
			assert.Equal(t, 1, line.Primed, line.PrimeError)
		})
	}
}

func testEnvironment(t *testing.T, bin binaries) {
	log := new(runtimeapi.Log)
	f, err := runtimeapi.Start(bin["getUser"], []string{"STAGE=a b", "CORS_ORIGINS=example.com", "AWS_ENDPOINT_URL=localhost"}, log)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	code, err := f.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, code)
	text := log.Text()
	assert.Equal(t, 1, strings.Count(text, "\n"), "one line: %s", text)
	for _, variable := range []string{"SERVICE", "STAGE", "CORS_ORIGINS", "TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} {
		assert.Contains(t, text, variable)
	}
}
