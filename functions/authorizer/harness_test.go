package main

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/credential"
	"users-api/pkg/testing/runtimeapi"
)

// outcome is the result of an invocation.
type outcome struct {
	decision  credential.Decision
	errorText string
	reason    string // in the log line
}

// function is a running binary.
type function struct {
	*runtimeapi.Function
	log *runtimeapi.Log
}

// start runs the binary with the variables and a name, service and stage as its environment.
func start(t *testing.T, binary string, variables map[string]string) *function {
	t.Helper()
	environment := []string{"AWS_LAMBDA_FUNCTION_NAME=authorizer", "SERVICE=example", "STAGE=test"}
	for name, value := range variables {
		environment = append(environment, name+"="+value)
	}
	log := new(runtimeapi.Log)
	f, err := runtimeapi.Start(binary, environment, log)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return &function{f, log}
}

const methodARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/users"

// invoke sends a TOKEN authorizer's event and waits for the answer and the log.
func (f *function) invoke(t *testing.T, header string) outcome {
	t.Helper()
	event, err := json.Marshal(map[string]string{"type": "TOKEN", "authorizationToken": header, "methodArn": methodARN})
	require.NoError(t, err)
	body, err := f.Invoke(t.Context(), event)
	var o outcome
	if refused, ok := errors.AsType[*runtimeapi.Error](err); ok {
		o.errorText = refused.Message
	} else {
		require.NoError(t, err, "%s", f.log.Text())
		require.NoError(t, json.Unmarshal(body, &o.decision))
	}
	var line struct{ Reason string }
	require.NoError(t, f.log.Line(t.Context(), f.Invocation(), &line))
	o.reason = line.Reason
	return o
}
