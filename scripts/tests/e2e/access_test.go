package e2e

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testCredentials(t *testing.T) {
	good := token(t, "", "")
	parts := strings.Split(good, ".")
	other, all, err := command(t, ".build/dev", "token", "-state", t.TempDir())
	require.NoError(t, err, all)
	tests := map[string]struct {
		credential string
		status     int
	}{
		"a token":                    {"Bearer " + good, http.StatusOK},
		"scheme in other case":       {"bearer " + good, http.StatusOK},
		"a key":                      {"ApiKey " + apiKey(t), http.StatusOK},
		"nothing":                    {anonymous, http.StatusUnauthorized},
		"a token without its scheme": {good, http.StatusUnauthorized},
		"a token of another stage":   {"Bearer " + strings.TrimSpace(other), http.StatusUnauthorized},
		"an expired token":           {"Bearer " + signed(t, "users:read", -2*time.Minute), http.StatusUnauthorized},
		"a token without signature":  {"Bearer " + parts[0] + "." + parts[1] + ".", http.StatusUnauthorized},
		"a token of algorithm none":  {"Bearer " + encode(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + ".", http.StatusUnauthorized},
		"a token with another claim": {"Bearer " + parts[0] + "." + encode(`{"sub":"root","scope":"users:read users:write","exp":4102444800}`) + "." + parts[2], http.StatusUnauthorized},
		"a wrong key":                {"ApiKey " + strings.Repeat("x", 43), http.StatusUnauthorized},
		"another scheme":             {"Basic dXNlcjpwYXNz", http.StatusUnauthorized},
		"what is no credential":      {"Bearer", http.StatusUnauthorized},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := call(t, request{method: "GET", target: "/users?limit=1", credential: test.credential})
			if test.status == http.StatusOK {
				assert.Equal(t, http.StatusOK, a.status, a.body)
				return
			}
			a.fails(t, test.status)
			assert.NotEmpty(t, a.header.Get("WWW-Authenticate"), "RFC 9110, section 11.6.1")
		})
	}
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func testScopes(t *testing.T) {
	target := "/users/" + create(t).ID
	calls := []struct{ method, target, body, scope string }{
		{"GET", "/users", "", "users:read"},
		{"GET", target, "", "users:read"},
		{"POST", "/users", "", "users:write"},
		{"PUT", target, "", "users:write"},
		{"DELETE", target, "", "users:write"},
	}
	for _, scope := range []string{"users:read", "users:write", "other"} {
		credential := "Bearer " + signed(t, scope, time.Hour)
		for _, c := range calls {
			if c.body == "" && (c.method == "POST" || c.method == "PUT") {
				c.body = input(address())
			}
			a := call(t, request{method: c.method, target: c.target, body: c.body, credential: credential})
			if c.scope == scope {
				assert.Less(t, a.status, 300, "%s may %s %s: %s", scope, c.method, c.target, a.body)
			} else {
				a.fails(t, http.StatusForbidden)
			}
		}
	}
}

func testUnknownRoutes(t *testing.T) {
	for _, r := range []request{
		{method: "GET", target: "/"},
		{method: "GET", target: "/nothing"},
		{method: "GET", target: "/users/1/posts"},
		{method: "PATCH", target: "/users"},
		{method: "DELETE", target: "/users"},
		{method: "POST", target: "/users/1", body: "{}"},
		{method: "GET", target: "/nothing", credential: anonymous},
	} {
		f := call(t, r).fails(t, http.StatusNotFound)
		assert.Equal(t, "Not found", f.Error)
	}
}

func testPreflight(t *testing.T) {
	for _, target := range []string{"/users", "/users/1"} {
		a := call(t, request{method: "OPTIONS", target: target, credential: anonymous, header: map[string]string{
			"Origin": "https://app.example", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,if-match",
		}})
		assert.Less(t, a.status, 300)
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			assert.Contains(t, a.header.Get("Access-Control-Allow-Methods"), method)
		}
		for _, header := range []string{"Content-Type", "Authorization", "If-Match", "If-None-Match", "Idempotency-Key"} {
			assert.Contains(t, a.header.Get("Access-Control-Allow-Headers"), header)
		}
		assert.NotEmpty(t, a.header.Get("Access-Control-Max-Age"))
	}
	a := call(t, request{method: "GET", target: "/users?limit=1"})
	for _, header := range []string{"ETag", "Location", "Retry-After"} {
		assert.Contains(t, a.header.Get("Access-Control-Expose-Headers"), header)
	}
}
