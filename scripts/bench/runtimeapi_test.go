package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// play runs function beside the test and has the test wait for its end.
func play(t *testing.T, a *runtimeAPI, path, answer string) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		function(t, a, path, answer)
	}()
	t.Cleanup(func() { <-done })
}

// function plays a function's side of the Runtime API for one event.
func function(t *testing.T, a *runtimeAPI, path, answer string) {
	t.Helper()
	base := "http://" + a.address() + "/2018-06-01/runtime/"
	next, err := http.Get(base + "invocation/next")
	if !assert.NoError(t, err) {
		return
	}
	defer next.Body.Close()
	assert.NotEmpty(t, next.Header.Get("Lambda-Runtime-Deadline-Ms"))
	id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
	res, err := http.Post(base+"invocation/"+id+"/"+path, "application/json", strings.NewReader(answer))
	if assert.NoError(t, err) {
		assert.Equal(t, http.StatusAccepted, res.StatusCode)
		res.Body.Close()
	}
}

func newAPI(t *testing.T) *runtimeAPI {
	t.Helper()
	a, err := newRuntimeAPI()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.close()) })
	return a
}

func TestRuntimeAPICarriesAnEventAndItsAnswer(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	play(t, a, "response", `{"statusCode":200}`)
	<-a.asked
	body, took, err := a.invoke(t.Context(), []byte(`{}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"statusCode":200}`, string(body))
	assert.Positive(t, took)
}

func TestRuntimeAPITellsOfErrors(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	play(t, a, "error", `{"errorMessage":"Unauthorized"}`)
	<-a.asked
	_, _, err := a.invoke(t.Context(), []byte(`{}`))
	assert.ErrorContains(t, err, "Unauthorized")
}

func TestRuntimeAPITellsOfAFailedInit(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	res, err := http.Post("http://"+a.address()+"/2018-06-01/runtime/init/error", "application/json", strings.NewReader("no table"))
	require.NoError(t, err)
	res.Body.Close()
	assert.ErrorContains(t, <-a.failed, "no table")
}
