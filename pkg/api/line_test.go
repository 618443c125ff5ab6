package api

import (
	"io"
	"testing"
	"time"
)

// BenchmarkLine is what the log line costs of a request.
func BenchmarkLine(b *testing.B) {
	e := New(Config{Service: "users-api", Stage: "prod", Function: "users-api-prod-getUser", Origins: []string{"*"}}, io.Discard, time.Now)
	req := &Request{
		Resource: "/users/{id}", Method: "GET",
		RequestContext: RequestContext{RequestID: "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"},
	}
	b.ReportAllocs()
	for b.Loop() {
		line := e.newLine(b.Context())
		line.request(req)
		line.setPrincipal("jwt:ann")
		line.end(200, nil)
	}
}
