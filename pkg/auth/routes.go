package auth

import (
	"slices"
	"strings"
)

// The scopes. A principal holds none, one or both; writing does not include
// reading.
const (
	ScopeRead  = "users:read"
	ScopeWrite = "users:write"
)

// Route is one route of the API: what a request has to look like, the scope
// that it takes and the function that answers it.
type Route struct {
	Method   string
	Path     string // as in API Gateway, with {parameters}
	Scope    string
	Function string // its name in serverless.yml
}

// Routes is the one table of routes. The policy is computed from it, and
// serverless.yml and openapi.yml are tested against it. The slice is the
// caller's own.
func Routes() []Route {
	return []Route{
		{Method: "GET", Path: "/users", Scope: ScopeRead, Function: "listUsers"},
		{Method: "GET", Path: "/users/{id}", Scope: ScopeRead, Function: "getUser"},
		{Method: "POST", Path: "/users", Scope: ScopeWrite, Function: "createUser"},
		{Method: "PUT", Path: "/users/{id}", Scope: ScopeWrite, Function: "updateUser"},
		{Method: "DELETE", Path: "/users/{id}", Scope: ScopeWrite, Function: "deleteUser"},
	}
}

// knownScopes keeps the scopes that some route takes, in the table's order and
// each once. The rest of what an identity provider grants ("openid", the scopes
// of other services) is none of this API's business, nor of its logs.
func knownScopes(granted []string) []string {
	var known []string
	for _, r := range Routes() {
		if slices.Contains(granted, r.Scope) && !slices.Contains(known, r.Scope) {
			known = append(known, r.Scope)
		}
	}
	return known
}

// resource gives the route as it stands in a policy: parameters as "*".
func (r Route) resource() string {
	parts := strings.Split(r.Path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "*"
		}
	}
	return r.Method + strings.Join(parts, "/")
}
