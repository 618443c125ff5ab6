package credential

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
)

// testRoutes are the tests' own, so that they hold whatever routes the API has.
var testRoutes = []auth.Route{
	{Method: "GET", Path: "/users", Scope: auth.UsersRead},
	{Method: "GET", Path: "/users/{id}", Scope: auth.UsersRead},
	{Method: "POST", Path: "/users", Scope: auth.UsersWrite},
	{Method: "PUT", Path: "/users/{id}", Scope: auth.UsersWrite},
	{Method: "DELETE", Path: "/users/{id}", Scope: auth.UsersWrite},
}

const stage = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"

// readable returns what the read scope grants in a stage.
func readable(stage string) []string {
	return []string{
		stage + "/GET/users", stage + "/GET/users/", stage + "/HEAD/users", stage + "/HEAD/users/",
		stage + "/GET/users/*", stage + "/HEAD/users/*",
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	write := []string{stage + "/POST/users", stage + "/POST/users/", stage + "/PUT/users/*", stage + "/DELETE/users/*"}
	for _, tt := range []struct {
		name      string
		scopes    []auth.Scope
		effect    string
		resources []string
	}{
		{name: "read scope", scopes: []auth.Scope{auth.UsersRead}, effect: "Allow", resources: readable(stage)},
		{name: "write scope", scopes: []auth.Scope{auth.UsersWrite}, effect: "Allow", resources: write},
		{name: "both scopes", scopes: []auth.Scope{auth.UsersWrite, auth.UsersRead}, effect: "Allow", resources: append(readable(stage), write...)},
		{name: "no scopes", effect: "Deny", resources: []string{stage + "/*/*"}},
		{name: "other scopes", scopes: []auth.Scope{"openid", "users:*", "*"}, effect: "Deny", resources: []string{stage + "/*/*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: tt.scopes}
			d, err := decide(testRoutes, p, stage+"/GET/users/42")
			require.NoError(t, err)
			assert.Equal(t, Policy{
				Version:   "2012-10-17",
				Statement: []Statement{{Effect: tt.effect, Action: "execute-api:Invoke", Resource: tt.resources}},
			}, d.PolicyDocument)
		})
	}
}

// API Gateway caches the policy of a credential for every route, so the policy must not depend on
// the route of the first request.
func TestDecideIgnoresRoute(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.UsersRead}}
	first, err := decide(testRoutes, p, stage+"/GET/users")
	require.NoError(t, err)
	for _, path := range []string{"/GET/", "/DELETE/users/42", "/PUT/users/a:b/c*d", "/GET/users/" + "%2F..%2Fadmin", "/POST"} {
		d, err := decide(testRoutes, p, stage+path)
		require.NoError(t, err, path)
		assert.Equal(t, first, d, path)
	}
}

func TestDecideInOtherPartitions(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.UsersRead}}
	for _, s := range []string{
		"arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/prod",
		"arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1b2c3d4e5/dev_2",
		"arn:aws:execute-api:us-east-1:000000000000:abc123/local",
		"arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test-invoke-stage",
	} {
		d, err := decide(testRoutes, p, s+"/GET/users")
		require.NoError(t, err)
		assert.Equal(t, readable(s), d.PolicyDocument.Statement[0].Resource)
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
		_, err := decide(testRoutes, auth.Principal{Subject: "a", Kind: auth.KindJWT}, arn)
		require.Error(t, err, arn)
		assert.Equal(t, apperr.Internal, apperr.KindOf(err), "no client sends an ARN")
	}
}

// The member names are API Gateway's and IAM's.
func TestDecisionAsJSON(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, Scopes: []auth.Scope{auth.UsersRead}, UsageKey: "abcdefghijklmnopqrstuvwxyz"}
	d, err := decide(testRoutes[1:2], p, stage+"/GET/users")
	require.NoError(t, err)
	encoded, err := json.Marshal(d)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"principalId": "api-key:billing",
		"policyDocument": {
			"Version": "2012-10-17",
			"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ["`+stage+`/GET/users/*", "`+stage+`/HEAD/users/*"]}]
		},
		"context": {"sub": "billing", "scope": "users:read", "kind": "api-key"},
		"usageIdentifierKey": "abcdefghijklmnopqrstuvwxyz"
	}`, string(encoded))

	d, err = decide(testRoutes, auth.Principal{Subject: "alice", Kind: auth.KindJWT}, stage+"/GET/users")
	require.NoError(t, err)
	encoded, err = json.Marshal(d)
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), "usageIdentifierKey", "API Gateway answers 500 to an empty one")
}

// API Gateway takes /users/ for /users when it looks for the route, but applies the policy to the
// path that was sent, so a route with a slash at its end is granted like the route without it.
func TestSlashAtTheEnd(t *testing.T) {
	t.Parallel()
	granted := func(scope auth.Scope, resource string) bool {
		d, err := decide(testRoutes, auth.Principal{Subject: "a", Kind: auth.KindJWT, Scopes: []auth.Scope{scope}}, stage+"/GET/users")
		require.NoError(t, err)
		return slices.ContainsFunc(d.PolicyDocument.Statement[0].Resource, func(r string) bool { return matches(r, stage+"/"+resource) })
	}
	for _, r := range testRoutes {
		for _, method := range r.Methods() {
			for _, end := range []string{"", "/"} {
				resource := method + strings.Replace(r.Path, "{id}", "42", 1) + end
				assert.Equal(t, r.Scope == auth.UsersRead, granted(auth.UsersRead, resource), resource)
				assert.Equal(t, r.Scope == auth.UsersWrite, granted(auth.UsersWrite, resource), resource)
			}
		}
	}
}

// A "*" in a policy matches slashes, so a route with a path parameter covers the routes below it.
func TestNestedRoutesAreDenied(t *testing.T) {
	t.Parallel()
	const admin auth.Scope = "users:admin"
	get := func(path string, scope auth.Scope) auth.Route {
		return auth.Route{Method: "GET", Path: path, Scope: scope}
	}
	user := get("/users/{id}", auth.UsersRead)
	for name, tt := range map[string]struct {
		routes []auth.Route
		denied []string
	}{
		"nested route": {routes: []auth.Route{user, get("/users/{id}/secrets", admin)}, denied: []string{
			"GET/users/*/secrets", "GET/users/*/secrets/", "HEAD/users/*/secrets", "HEAD/users/*/secrets/",
		}},
		"static route next to the parameter": {routes: []auth.Route{user, get("/users/export", admin)}, denied: []string{
			"GET/users/export", "GET/users/export/", "HEAD/users/export", "HEAD/users/export/",
		}},
		"nested route with a granted scope": {routes: []auth.Route{user, get("/users/{id}/summary", auth.UsersRead)}},
		"another method":                    {routes: []auth.Route{user, {Method: "POST", Path: "/users/{id}/secrets", Scope: admin}}},
		"parent route, with a slash":        {routes: []auth.Route{user, get("/users", admin)}, denied: []string{"GET/users/", "HEAD/users/"}},
		"another path":                      {routes: []auth.Route{user, get("/orders/{id}", admin)}},
		"route that covers a granted one":   {routes: []auth.Route{get("/users/{id}/summary", auth.UsersRead), get("/users/{id}/{part}", admin)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.UsersRead}}
			d, err := decide(tt.routes, p, stage+"/GET/users")
			require.NoError(t, err)
			statements := d.PolicyDocument.Statement
			require.Equal(t, "Allow", statements[0].Effect)
			var denied []string
			for _, s := range statements[1:] {
				assert.Equal(t, "Deny", s.Effect)
				denied = append(denied, s.Resource...)
			}
			var want []string
			for _, r := range tt.denied {
				want = append(want, stage+"/"+r)
			}
			assert.Equal(t, want, denied)
		})
	}
}
