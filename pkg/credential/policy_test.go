package credential_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

const stage = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"

func TestDecide(t *testing.T) {
	t.Parallel()
	read := []string{stage + "/GET/users", stage + "/GET/users/*"}
	write := []string{stage + "/POST/users", stage + "/PUT/users/*", stage + "/DELETE/users/*"}
	for _, tt := range []struct {
		name      string
		scopes    []auth.Scope
		effect    string
		resources []string
	}{
		{name: "read scope", scopes: []auth.Scope{auth.ScopeRead}, effect: "Allow", resources: read},
		{name: "write scope", scopes: []auth.Scope{auth.ScopeWrite}, effect: "Allow", resources: write},
		{name: "both scopes", scopes: []auth.Scope{auth.ScopeWrite, auth.ScopeRead}, effect: "Allow", resources: append(append([]string{}, read...), write...)},
		{name: "no scopes", effect: "Deny", resources: []string{stage + "/*/*"}},
		{name: "other scopes", scopes: []auth.Scope{"openid", "users:*", "*"}, effect: "Deny", resources: []string{stage + "/*/*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: tt.scopes}
			d, err := credential.Decide(p, stage+"/GET/users/42")
			require.NoError(t, err)
			assert.Equal(t, credential.Policy{
				Version:   "2012-10-17",
				Statement: []credential.Statement{{Effect: tt.effect, Action: "execute-api:Invoke", Resource: tt.resources}},
			}, d.PolicyDocument)
		})
	}
}

// API Gateway caches the policy of a credential for every route, so the policy must not depend on
// the route of the first request.
func TestDecideIgnoresRoute(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.ScopeRead}}
	first, err := credential.Decide(p, stage+"/GET/users")
	require.NoError(t, err)
	for _, path := range []string{"/GET/", "/DELETE/users/42", "/PUT/users/a:b/c*d", "/GET/users/" + "%2F..%2Fadmin", "/POST"} {
		d, err := credential.Decide(p, stage+path)
		require.NoError(t, err, path)
		assert.Equal(t, first, d, path)
	}
}

func TestDecideInOtherPartitions(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.ScopeRead}}
	for _, s := range []string{
		"arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/prod",
		"arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1b2c3d4e5/dev_2",
		"arn:aws:execute-api:us-east-1:000000000000:abc123/local",
		"arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test-invoke-stage",
	} {
		d, err := credential.Decide(p, s+"/GET/users")
		require.NoError(t, err)
		assert.Equal(t, []string{s + "/GET/users", s + "/GET/users/*"}, d.PolicyDocument.Statement[0].Resource)
	}
}

func TestDecideRefusesBadARN(t *testing.T) {
	t.Parallel()
	for _, arn := range []string{
		"", "arn", "arn:aws:execute-api:us-east-1:1:api", "arn:aws:execute-api:us-east-1:1:api/prod",
		"arn:aws:lambda:us-east-1:1:function:f", "arn:aws:s3:::bucket/a/b", "urn:aws:execute-api:us-east-1:1:api/prod/GET/users",
		"arn:aws:execute-api:us-east-1:1:*/prod/GET/users", "arn:aws:execute-api:us-east-1:1:api/*/GET/users",
		"arn:aws:execute-api:*:1:api/prod/GET/users", "arn:aws:execute-api:us-east-1::api/prod/GET/users",
		"arn:*:execute-api:us-east-1:1:api/prod/GET/users", "arn:aws:execute-api:us-east-1:1:api/${stage}/GET/users",
		"arn:aws:execute-api:us-east-1:1://GET/users", "arn:aws:execute-api:us-east-1:1:api/pr?d/GET/users",
	} {
		_, err := credential.Decide(auth.Principal{Subject: "a", Kind: auth.KindJWT}, arn)
		require.Error(t, err, arn)
		assert.Equal(t, apperr.Internal, apperr.KindOf(err), "no client sends an ARN")
	}
}

// The member names are API Gateway's and IAM's.
func TestDecisionAsJSON(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, Scopes: []auth.Scope{auth.ScopeRead}, UsageKey: "abcdefghijklmnopqrstuvwxyz"}
	d, err := credential.Decide(p, stage+"/GET/users")
	require.NoError(t, err)
	encoded, err := json.Marshal(d)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"principalId": "api-key:billing",
		"policyDocument": {
			"Version": "2012-10-17",
			"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ["`+stage+`/GET/users", "`+stage+`/GET/users/*"]}]
		},
		"context": {"sub": "billing", "scope": "users:read", "kind": "api-key"},
		"usageIdentifierKey": "abcdefghijklmnopqrstuvwxyz"
	}`, string(encoded))

	d, err = credential.Decide(auth.Principal{Subject: "alice", Kind: auth.KindJWT}, stage+"/GET/users")
	require.NoError(t, err)
	encoded, err = json.Marshal(d)
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), "usageIdentifierKey", "API Gateway answers 500 to an empty one")
}
