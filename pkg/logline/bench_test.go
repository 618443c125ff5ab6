package logline

import (
	"io"
	"testing"
	"time"
)

// BenchmarkLine measures the log line's part of a request.
func BenchmarkLine(b *testing.B) {
	l := New(Config{Service: "example", Stage: "prod", Function: "example-prod-getUser"}, io.Discard, time.Now)
	b.ReportAllocs()
	for b.Loop() {
		line := l.Start(b.Context())
		line.SetRequest(Request{ID: "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23", Method: "GET", Route: "GET /users/{id}"})
		SetPrincipal(NewContext(b.Context(), line), "jwt:ann")
		line.End(Outcome{Status: 200})
	}
}
