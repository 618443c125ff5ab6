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

// Fault spoils the answer to a call of the table; forward gets the real one.
type Fault func(w http.ResponseWriter, r *http.Request, forward http.Handler)

// Faults are the ways in which a table fails, by name.
func Faults() map[string]Fault {
	return map[string]Fault{
		"throttles":            AnswerError(http.StatusBadRequest, "ThrottlingException"),
		"is over its capacity": AnswerError(http.StatusBadRequest, "ProvisionedThroughputExceededException"),
		"answers 500":          AnswerError(http.StatusInternalServerError, "InternalServerError"),
		"answers 503":          AnswerError(http.StatusServiceUnavailable, "ServiceUnavailable"),
		"closes":               CloseConnection,
		"loses its answer":     LoseAnswer,
		"answers half":         HalfAnswer,
		"is silent":            Silence,
	}
}

// AnswerError answers as DynamoDB does with an error. Members are more of the
// error's JSON, each with a comma before it.
func AnswerError(status int, code string, members ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"from the test"`+strings.Join(members, "")+`}`)
	}
}

// CloseConnection breaks off without an answer; the call has had no effect.
func CloseConnection(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

// LoseAnswer lets the call have its effect and breaks off.
func LoseAnswer(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r)
	CloseConnection(w, r, forward)
}

// HalfAnswer lets the call have its effect and breaks off in the answer.
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

// Silence never answers; the call has had no effect.
func Silence(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client go
	<-r.Context().Done()
}

// Always is more calls than any test makes.
const Always = 1 << 40

// Faulty stands before a DynamoDB and spoils calls.
type Faulty struct {
	Fault     Fault
	Operation string // whose calls are spoilt, such as "GetItem"; "" for each
	First     int64  // how many of them, from the first on

	calls atomic.Int64
}

// Calls is how many calls of the operation there were.
func (f *Faulty) Calls() int64 { return f.calls.Load() }

// Serve gives the URL of the faulty DynamoDB for the length of a test.
func (f *Faulty) Serve(t testing.TB, endpoint string) string {
	t.Helper()
	server := httptest.NewServer(f.Handler(t, endpoint))
	t.Cleanup(server.Close)
	return server.URL
}

// Handler is the faulty DynamoDB.
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
