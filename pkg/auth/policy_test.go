package auth_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
)

const stage = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"

func TestRoutesAreTheContract(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []auth.Route{
		{"GET", "/users", "users:read", "listUsers"},
		{"GET", "/users/{id}", "users:read", "getUser"},
		{"POST", "/users", "users:write", "createUser"},
		{"PUT", "/users/{id}", "users:write", "updateUser"},
		{"DELETE", "/users/{id}", "users:write", "deleteUser"},
	}, auth.Routes())
	auth.Routes()[0].Scope = "changed"
	assert.Equal(t, "users:read", auth.Routes()[0].Scope, "the table must be the caller's own copy")
}

func TestDecideAllowsWhatTheScopesGrantAndNothingElse(t *testing.T) {
	t.Parallel()
	reading := []string{stage + "/GET/users", stage + "/GET/users/*"}
	writing := []string{stage + "/POST/users", stage + "/PUT/users/*", stage + "/DELETE/users/*"}
	for _, tt := range []struct {
		name      string
		scopes    []string
		effect    string
		resources []string
	}{
		{"reading", []string{auth.ScopeRead}, "Allow", reading},
		{"writing", []string{auth.ScopeWrite}, "Allow", writing},
		{"both", []string{auth.ScopeWrite, auth.ScopeRead}, "Allow", append(append([]string{}, reading...), writing...)},
		{"nothing", nil, "Deny", []string{stage + "/*/*"}},
		{"other scopes", []string{"openid", "users:*", "*"}, "Deny", []string{stage + "/*/*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: tt.scopes}
			d, err := auth.Decide(p, stage+"/GET/users/42")
			require.NoError(t, err)
			assert.Equal(t, auth.Policy{
				Version:   "2012-10-17",
				Statement: []auth.Statement{{Effect: tt.effect, Action: "execute-api:Invoke", Resource: tt.resources}},
			}, d.PolicyDocument)
		})
	}
}

// The same credential is asked about once and used on every route: the policy
// must not depend on the route that came first.
func TestDecideDoesNotDependOnTheRoute(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []string{auth.ScopeRead}}
	first, err := auth.Decide(p, stage+"/GET/users")
	require.NoError(t, err)
	for _, path := range []string{"/GET/", "/DELETE/users/42", "/PUT/users/a:b/c*d", "/GET/users/" + "%2F..%2Fadmin", "/POST"} {
		d, err := auth.Decide(p, stage+path)
		require.NoError(t, err, path)
		assert.Equal(t, first, d, path)
	}
}

func TestDecideInOtherPartitions(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []string{auth.ScopeRead}}
	for _, s := range []string{
		"arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/prod",
		"arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1b2c3d4e5/dev_2",
		"arn:aws:execute-api:us-east-1:000000000000:abc123/local",
		"arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test-invoke-stage",
	} {
		d, err := auth.Decide(p, s+"/GET/users")
		require.NoError(t, err)
		assert.Equal(t, []string{s + "/GET/users", s + "/GET/users/*"}, d.PolicyDocument.Statement[0].Resource)
	}
}

func TestDecideRefusesWhatIsNoMethod(t *testing.T) {
	t.Parallel()
	for _, arn := range []string{
		"", "arn", "arn:aws:execute-api:us-east-1:1:api", "arn:aws:execute-api:us-east-1:1:api/prod",
		"arn:aws:lambda:us-east-1:1:function:f", "arn:aws:s3:::bucket/a/b", "urn:aws:execute-api:us-east-1:1:api/prod/GET/users",
		"arn:aws:execute-api:us-east-1:1:*/prod/GET/users", "arn:aws:execute-api:us-east-1:1:api/*/GET/users",
		"arn:aws:execute-api:*:1:api/prod/GET/users", "arn:aws:execute-api:us-east-1::api/prod/GET/users",
		"arn:*:execute-api:us-east-1:1:api/prod/GET/users", "arn:aws:execute-api:us-east-1:1:api/${stage}/GET/users",
		"arn:aws:execute-api:us-east-1:1://GET/users", "arn:aws:execute-api:us-east-1:1:api/pr?d/GET/users",
	} {
		_, err := auth.Decide(auth.Principal{Subject: "a", Kind: auth.KindJWT}, arn)
		require.Error(t, err, arn)
		assert.Equal(t, apperr.Internal, apperr.KindOf(err), "this is not the client's fault")
	}
}

// The member names are API Gateway's and IAM's.
func TestDecisionAsJSON(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, Scopes: []string{auth.ScopeRead}, UsageKey: "abcdefghijklmnopqrstuvwxyz"}
	d, err := auth.Decide(p, stage+"/GET/users")
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

	d, err = auth.Decide(auth.Principal{Subject: "alice", Kind: auth.KindJWT}, stage+"/GET/users")
	require.NoError(t, err)
	encoded, err = json.Marshal(d)
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), "usageIdentifierKey", "an empty one is answered with 500")
}
