package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStats(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	run := screen{&file, true}
	run.show(event{Kind: message, Text: "deploying"})
	run.show(event{Kind: ready, Time: noon, URL: "http://127.0.0.1:3000"})
	for ms := range 100 {
		run.show(event{Kind: request, Function: "getUser", Status: 200, Start: map[bool]string{true: "cold", false: "warm"}[ms == 0], Milliseconds: float64(100 - ms)})
	}
	for _, status := range []int{201, 409, 503} {
		run.show(event{Kind: request, Function: "createUser", Status: status, Start: "warm", Milliseconds: 7.25})
	}
	run.show(event{Kind: request, Status: 401, Milliseconds: 1})
	run.show(event{Kind: logged, Function: "authorizer", Line: []byte(`{"Denied":1}`)})
	file.WriteString(`{"event":"requ`)

	var out strings.Builder
	require.NoError(t, readStats(strings.NewReader(file.String())).write(&out))
	assert.Equal(t, "http://127.0.0.1:3000 since "+noon.Local().Format(time.TimeOnly)+"\n\n"+
		"  count  5xx  4xx  p50 ms  p90 ms  p99 ms  cold  route\n"+
		"    100    0    0    50.0    90.0    99.0     1  GET /users/{id}\n"+
		"      3    1    1     7.2     7.2     7.2     0  POST /users\n"+
		"      1    0    1     1.0     1.0     1.0     0  API Gateway\n", out.String())
}
