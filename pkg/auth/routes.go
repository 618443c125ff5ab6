package auth

import (
	"net/http"
	"slices"
)

// Scope is a right that a route asks for and a credential grants.
type Scope = string

// The scopes. A principal holds any of them; writing does not include reading.
const (
	UsersRead  Scope = "users:read"
	UsersWrite Scope = "users:write"
)

// Route is one route of the API. Its function answers all of its Methods.
type Route struct {
	Method   string
	Path     string // as in API Gateway, with {parameters}
	Scope    Scope  // that a caller needs
	Function string // the function's name in serverless.yml
}

// Methods returns the methods of the route: its Method, and for GET also HEAD, which has the same
// answer without the body (RFC 9110, section 9.3.2).
func (r Route) Methods() []string {
	if r.Method == http.MethodGet {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{r.Method}
}

// Routes returns the one table of routes. The authorizer's policy is computed from it, and tests
// compare serverless.yml, template.yaml, openapi.yml and the functions with it. The slice is a
// copy.
func Routes() []Route {
	return []Route{
		{Method: "GET", Path: "/users", Scope: UsersRead, Function: "listUsers"},
		{Method: "GET", Path: "/users/{id}", Scope: UsersRead, Function: "getUser"},
		{Method: "POST", Path: "/users", Scope: UsersWrite, Function: "createUser"},
		{Method: "PUT", Path: "/users/{id}", Scope: UsersWrite, Function: "updateUser"},
		{Method: "DELETE", Path: "/users/{id}", Scope: UsersWrite, Function: "deleteUser"},
	}
}

// Scopes returns the scopes that routes ask for, in the table's order and without duplicates.
func Scopes() []Scope {
	var scopes []Scope
	for _, r := range Routes() {
		if !slices.Contains(scopes, r.Scope) {
			scopes = append(scopes, r.Scope)
		}
	}
	return scopes
}

// KnownScopes returns the granted scopes that some route asks for, in the order of Scopes. An
// identity provider may grant others ("openid", scopes of other services), which do not concern
// this API and its logs.
func KnownScopes(granted []string) []Scope {
	return slices.DeleteFunc(Scopes(), func(s Scope) bool { return !slices.Contains(granted, s) })
}
