package credential

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// A "*" in a policy matches slashes, so a route with a path parameter covers the routes below it.
func TestNestedRoutesAreDenied(t *testing.T) {
	t.Parallel()
	const stage = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod"
	const admin auth.Scope = "users:admin"
	get := func(path string, scope auth.Scope) auth.Route {
		return auth.Route{Method: "GET", Path: path, Scope: scope}
	}
	user := get("/users/{id}", auth.ScopeRead)
	for name, tt := range map[string]struct {
		routes []auth.Route
		denied []string
	}{
		"nested route":                       {routes: []auth.Route{user, get("/users/{id}/secrets", admin)}, denied: []string{"GET/users/*/secrets"}},
		"static route next to the parameter": {routes: []auth.Route{user, get("/users/export", admin)}, denied: []string{"GET/users/export"}},
		"nested route with a granted scope":  {routes: []auth.Route{user, get("/users/{id}/summary", auth.ScopeRead)}},
		"another method":                     {routes: []auth.Route{user, {Method: "POST", Path: "/users/{id}/secrets", Scope: admin}}},
		"parent route":                       {routes: []auth.Route{user, get("/users", admin)}},
		"another path":                       {routes: []auth.Route{user, get("/orders/{id}", admin)}},
		"route that covers a granted one":    {routes: []auth.Route{get("/users/{id}/summary", auth.ScopeRead), get("/users/{id}/{part}", admin)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.ScopeRead}}
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
