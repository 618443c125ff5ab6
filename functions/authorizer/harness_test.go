package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// stallAfter is when an invocation that is not answered counts as stalled.
const stallAfter = 20 * time.Second

// outcome is what an invocation came to.
type outcome struct {
	decision  auth.Decision
	errorText string
	reason    string // what the log says of it
}

// function is the binary at work, with a Lambda Runtime API that this process
// plays.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type function struct {
	events  chan []byte   // what to answer the binary's next call with
	answers chan answer   // what it posted
	exited  chan struct{} // closed when the process has ended
	log     log
	mu      sync.Mutex // one invocation at a time, as in Lambda
	count   int
}

type answer struct {
	path string
	body []byte
}

// start runs the binary with the variables and nothing else in its environment.
func start(t *testing.T, binary string, variables map[string]string) *function {
	t.Helper()
	f := &function{events: make(chan []byte), answers: make(chan answer, 1), exited: make(chan struct{})}
	f.log.grown = make(chan struct{}, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", f.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{kind}", f.answered)
	server := httptest.NewServer(mux)
	cmd := exec.Command(binary)
	cmd.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + server.Listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME=authorizer",
		"SERVICE=users-api", "STAGE=test",
	}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdout, cmd.Stderr = &f.log, &f.log
	require.NoError(t, cmd.Start())
	go func() { _ = cmd.Wait(); close(f.exited) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-f.exited
		server.CloseClientConnections()
		server.Close()
	})
	return f
}

func (f *function) next(w http.ResponseWriter, r *http.Request) {
	select {
	case event := <-f.events:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", strconv.Itoa(f.count))
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(5*time.Second).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:authorizer")
		_, _ = w.Write(event)
	case <-r.Context().Done():
	}
}

func (f *function) answered(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.answers <- answer{path: r.PathValue("kind"), body: body}
	w.WriteHeader(http.StatusAccepted)
}

// invoke sends a TOKEN authorizer's event and waits for the answer and the log.
func (f *function) invoke(t *testing.T, header string) outcome {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	event, err := json.Marshal(map[string]string{
		"type": "TOKEN", "authorizationToken": header,
		"methodArn": "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/users",
	})
	require.NoError(t, err)
	f.count++
	timeout := time.After(stallAfter)
	var a answer
	for sent := f.events; a.path == ""; {
		select {
		case sent <- event:
			sent = nil
		case a = <-f.answers:
		case <-f.exited:
			t.Fatalf("the authorizer has crashed:\n%s", f.log.text())
		case <-timeout:
			t.Fatal("the authorizer has stalled")
		}
	}
	return f.outcome(t, a)
}

func (f *function) outcome(t *testing.T, a answer) outcome {
	t.Helper()
	line := f.log.line(t, strconv.Itoa(f.count))
	o := outcome{reason: line.Reason}
	if a.path == "error" {
		var e struct{ ErrorMessage string }
		require.NoError(t, json.Unmarshal(a.body, &e))
		o.errorText = e.ErrorMessage
		return o
	}
	require.NoError(t, json.Unmarshal(a.body, &o.decision))
	return o
}
