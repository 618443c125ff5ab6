package storetest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Fault breaks the answer to a call; forward makes the real call.
type Fault func(w http.ResponseWriter, r *http.Request, forward http.Handler)

// Faults returns the faults of a table, by name.
func Faults() map[string]Fault {
	return map[string]Fault{
		"throttling":        AnswerError(http.StatusBadRequest, "ThrottlingException"),
		"exceeded capacity": AnswerError(http.StatusBadRequest, "ProvisionedThroughputExceededException"),
		"status 500":        AnswerError(http.StatusInternalServerError, "InternalServerError"),
		"status 503":        AnswerError(http.StatusServiceUnavailable, "ServiceUnavailable"),
		"closed connection": CloseConnection,
		"lost answer":       LoseAnswer,
		"truncated answer":  HalfAnswer,
		"silence":           Silence,
	}
}

// AnswerError answers with an error of DynamoDB's. Members are further members of its JSON, each
// with a comma before it.
func AnswerError(status int, code string, members ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"from the test"`+strings.Join(members, "")+`}`)
	}
}

// CloseConnection closes the connection without an answer; the call has no effect.
func CloseConnection(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// LoseAnswer makes the call and closes the connection without an answer.
func LoseAnswer(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r)
	CloseConnection(w, r, forward)
}

// HalfAnswer makes the call and closes the connection in the middle of the answer.
func HalfAnswer(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	whole := httptest.NewRecorder()
	forward.ServeHTTP(whole, r)
	for k, v := range whole.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Silence never answers; the call has no effect.
func Silence(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client is gone
	<-r.Context().Done()
}

// Always is more calls than any test makes.
const Always = 1 << 40

// Faulty is a proxy that breaks calls to a DynamoDB.
type Faulty struct {
	Fault     Fault
	Operation string // whose calls are broken, such as "GetItem"; "" for all
	First     int64  // how many calls are broken, counted from the first

	calls atomic.Int64
}

// Calls returns the number of calls of the operation.
func (f *Faulty) Calls() int64 { return f.calls.Load() }

// Serve starts the proxy to an endpoint and returns its URL. It runs until the test ends.
func (f *Faulty) Serve(t testing.TB, endpoint string) string {
	t.Helper()
	server := httptest.NewServer(f.Handler(t, endpoint))
	t.Cleanup(server.Close)
	return server.URL
}

// Handler returns the proxy to an endpoint.
func (f *Faulty) Handler(t testing.TB, endpoint string) http.Handler {
	t.Helper()
	target, err := url.Parse(endpoint)
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(target)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if f.Operation != "" && f.Operation != operation || f.calls.Add(1) > f.First {
			forward.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.Fault(w, r, forward)
	})
}
