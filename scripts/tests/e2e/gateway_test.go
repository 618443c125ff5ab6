package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"users-api/pkg/auth"
	"users-api/scripts/internal/harness"
)

// testCredentials tests API Gateway's part in refusing a caller; the authorizer has its own tests.
func testCredentials(t *testing.T) {
	call(t, request{Method: "GET", Target: "/users?limit=1", Credential: key}).Page(t)
	expired := signed(t, "late", "users:read", -2*time.Minute)
	for _, refused := range []string{anonymous, expired, "ApiKey " + uuid.NewString()} {
		a := call(t, request{Method: "GET", Target: "/users?limit=1", Credential: refused})
		a.Fails(t, http.StatusUnauthorized)
		assert.NotEmpty(t, a.Header.Get("WWW-Authenticate"), "RFC 9110, section 11.6.1")
	}
}

// testScopes calls each route with each scope alone, with and without a slash at the end of its path.
func testScopes(t *testing.T) {
	for _, scope := range append(auth.Scopes(), "other") {
		credential := signed(t, "scoped", scope, time.Hour)
		for _, route := range auth.Routes() {
			collection := "/" + strings.Split(route.Path, "/")[1]
			for _, method := range route.Methods() {
				for _, path := range []string{route.Path, route.Path + "/"} {
					created := call(t, request{Method: "POST", Target: collection, Body: harness.UserBody(harness.Email())}).User(t, http.StatusCreated)
					r := request{Method: method, Target: strings.Replace(path, "{id}", created.ID, 1), Credential: credential}
					if method == "POST" || method == "PUT" {
						r.Body = harness.UserBody(harness.Email())
					}
					a := call(t, r)
					assert.Equal(t, route.Scope != scope, a.Status == http.StatusForbidden, "%s %s with %s: %v", method, path, scope, a)
					assert.Equal(t, route.Scope == scope, a.Status < 300, "%s %s with %s: %v", method, path, scope, a)
				}
			}
		}
	}
}

func testUnknownRoutes(t *testing.T) {
	for _, r := range []request{
		{Method: "GET", Target: "/"},
		{Method: "GET", Target: "/users/1/posts"},
		{Method: "PATCH", Target: "/users"},
		{Method: "POST", Target: "/users/1", Body: "{}"},
		{Method: "GET", Target: "/nothing", Credential: anonymous},
	} {
		assert.Equal(t, "Not found", call(t, r).Fails(t, http.StatusNotFound).Error)
	}
}

func testPreflight(t *testing.T) {
	for _, route := range auth.Routes() {
		a := call(t, request{Method: "OPTIONS", Target: strings.Replace(route.Path, "{id}", "1", 1), Credential: anonymous, Header: headers{
			"Origin": "https://app.example", "Access-Control-Request-Method": route.Method, "Access-Control-Request-Headers": "authorization,if-match",
		}})
		assert.Less(t, a.Status, 300)
		assert.Subset(t, strings.Split(a.Header.Get("Access-Control-Allow-Methods"), ","), route.Methods())
		assert.Subset(t, strings.Split(a.Header.Get("Access-Control-Allow-Headers"), ","),
			[]string{"Content-Type", "Authorization", "If-Match", "If-None-Match", "Idempotency-Key"})
	}
}

// testDifferences shows where the emulator's answers differ from those that Amazon documents for API
// Gateway. Remove what fails with a new version of the emulator.
func testDifferences(t *testing.T) {
	a := call(t, get("/users?limit=1"))
	assert.NotEqual(t, a.Header.Get("X-Correlation-Id"), a.Header.Get("X-Amzn-RequestId"),
		"Amazon sends the request id that the function saw")

	a = call(t, get("/users/"+create(t).ID+"%2F"))
	assert.Equal(t, http.StatusOK, a.Status, "Amazon passes the slash to the function as part of the id, which answers 404 then")
}
