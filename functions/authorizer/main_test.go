package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/credential"
)

// The rehearsal runs the code of a request with a credential that grants nothing.
func TestRehearse(t *testing.T) {
	t.Parallel()
	a, err := credential.FromEnv(func(name string) (string, bool) {
		v, ok := map[string]string{"JWT_SECRET": secret}[name]
		return v, ok
	})
	require.NoError(t, err)
	event, err := rehearse(t.Context(), a)
	require.NoError(t, err)
	var request events.APIGatewayCustomAuthorizerRequest
	require.NoError(t, json.Unmarshal(event, &request))
	assert.True(t, strings.HasPrefix(request.AuthorizationToken, "Bearer "))

	decision, err := newHandler(a)(t.Context(), request)
	require.NoError(t, err)
	require.Len(t, decision.PolicyDocument.Statement, 1)
	assert.Equal(t, "Deny", decision.PolicyDocument.Statement[0].Effect)
}
