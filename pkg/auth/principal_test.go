package auth_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
)

// viaGateway returns a context as API Gateway passes it on: as JSON, with members of its own.
func viaGateway(t *testing.T, context map[string]any) []byte {
	t.Helper()
	received := maps.Clone(context)
	received["principalId"] = "jwt:alice"
	received["integrationLatency"] = 12.0
	return encode(t, received)
}

// members returns the members of a principal's context.
func members(t *testing.T, p auth.Principal) map[string]any {
	t.Helper()
	encoded, err := json.Marshal(p.Context())
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal(encoded, &all))
	return all
}

func encode(t *testing.T, context map[string]any) []byte {
	t.Helper()
	encoded, err := json.Marshal(context)
	require.NoError(t, err)
	return encoded
}

func TestContextRoundTrip(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]auth.Principal{
		"token": {Subject: "auth0|5f7c8ec7c33c6c004bbafe82", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.UsersRead, auth.UsersWrite},
			Expires: time.Now().Add(time.Hour).Truncate(time.Second)},
		"API key":   {Subject: "billing", Kind: auth.KindAPIKey, Scopes: []auth.Scope{auth.UsersWrite}},
		"no scopes": {Subject: "Zoë 😀 \"quoted\"", Kind: auth.KindJWT, Scopes: []auth.Scope{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for key, value := range members(t, p) {
				assert.IsType(t, "", value, "%s must not be nested: API Gateway answers 500 otherwise", key)
			}
			got, err := auth.FromContext(viaGateway(t, members(t, p)))
			require.NoError(t, err)
			assert.Equal(t, p, got)
		})
	}
}

func TestContextHoldsNoUsageKey(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, UsageKey: "abcdefghijklmnopqrstuvwxyz"}
	assert.NotContains(t, members(t, p), "abcdefghijklmnopqrstuvwxyz")
	for _, value := range members(t, p) {
		assert.NotEqual(t, p.UsageKey, value)
	}
}

func TestIDIncludesKind(t *testing.T) {
	t.Parallel()
	user := auth.Principal{Subject: "billing", Kind: auth.KindJWT}
	key := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey}
	assert.Equal(t, "jwt:billing", user.ID())
	assert.Equal(t, "api-key:billing", key.ID())
}

func TestFromContextRefuses(t *testing.T) {
	t.Parallel()
	good := func() map[string]any {
		return map[string]any{"sub": "alice", "scope": "users:read users:write", "kind": "jwt"}
	}
	_, err := auth.FromContext(encode(t, good()))
	require.NoError(t, err)

	for name, change := range map[string]func(map[string]any){
		"no subject":           func(c map[string]any) { delete(c, "sub") },
		"empty subject":        func(c map[string]any) { c["sub"] = "" },
		"number as subject":    func(c map[string]any) { c["sub"] = 42.0 },
		"null as subject":      func(c map[string]any) { c["sub"] = nil },
		"subject of 256 bytes": func(c map[string]any) { c["sub"] = strings.Repeat("a", 256) },
		"line feed in subject": func(c map[string]any) { c["sub"] = "alice\nlevel=info" },
		"no scope":             func(c map[string]any) { delete(c, "scope") },
		"array as scope":       func(c map[string]any) { c["scope"] = []any{"users:read"} },
		"no kind":              func(c map[string]any) { delete(c, "kind") },
		"unknown kind":         func(c map[string]any) { c["kind"] = "cognito" },
		"empty exp":            func(c map[string]any) { c["exp"] = "" },
		"exp not a number":     func(c map[string]any) { c["exp"] = "tomorrow" },
		"boolean as exp":       func(c map[string]any) { c["exp"] = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := good()
			change(c)
			p, err := auth.FromContext(encode(t, c))
			assert.Equal(t, apperr.Unauthenticated, apperr.KindOf(err))
			assert.Zero(t, p)
		})
	}
	t.Run("no context", func(t *testing.T) {
		t.Parallel()
		for _, c := range []map[string]any{nil, {}, {"principalId": "user"}, {"claims": map[string]any{"sub": "alice"}}} {
			_, err := auth.FromContext(encode(t, c))
			assert.Equal(t, apperr.Unauthenticated, apperr.KindOf(err))
			assert.Equal(t, "Unauthorized", apperr.From(err).Message)
		}
	})
}

func TestRequire(t *testing.T) {
	t.Parallel()
	context := func(scope string, changes ...any) map[string]any {
		c := map[string]any{"sub": "alice", "scope": scope, "kind": "jwt"}
		for i := 0; i < len(changes); i += 2 {
			c[changes[i].(string)] = changes[i+1]
		}
		return c
	}
	for _, tt := range []struct {
		name    string
		context map[string]any
		scope   auth.Scope
		want    apperr.Kind
		ok      bool
	}{
		{name: "granted scope", context: context("users:read"), scope: auth.UsersRead, ok: true},
		{name: "both scopes", context: context("users:read users:write"), scope: auth.UsersWrite, ok: true},
		{name: "not expired", context: context("users:read", "exp", "253402300799"), scope: auth.UsersRead, ok: true},
		{name: "write scope for a read route", context: context("users:write"), scope: auth.UsersRead, want: apperr.Forbidden},
		{name: "read scope for a write route", context: context("users:read"), scope: auth.UsersWrite, want: apperr.Forbidden},
		{name: "no scope", context: context(""), scope: auth.UsersRead, want: apperr.Forbidden},
		{name: "scope in another case", context: context("Users:Read"), scope: auth.UsersRead, want: apperr.Forbidden},
		{name: "longer scope", context: context("users:readwrite"), scope: auth.UsersRead, want: apperr.Forbidden},
		{name: "scopes with a comma", context: context("users:read,users:write"), scope: auth.UsersRead, want: apperr.Forbidden},
		{name: "no authorizer", context: nil, scope: auth.UsersRead, want: apperr.Unauthenticated},
		{name: "expired", context: context("users:read", "exp", "1000000000"), scope: auth.UsersRead, want: apperr.Unauthenticated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := auth.Require(encode(t, tt.context), tt.scope, time.Now())
			if tt.ok {
				require.NoError(t, err)
				assert.Equal(t, "alice", p.Subject)
				return
			}
			assert.Equal(t, tt.want, apperr.KindOf(err))
			assert.Zero(t, p)
		})
	}
}

// API Gateway applies a cached policy even after the token has expired.
func TestRequireRefusesExpiredToken(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)
	p := auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: []auth.Scope{auth.UsersRead}, Expires: end}
	cached := encode(t, members(t, p))

	got, err := auth.Require(cached, auth.UsersRead, end.Add(-time.Nanosecond))
	require.NoError(t, err)
	assert.Equal(t, "jwt:alice", got.ID())
	_, err = auth.Require(cached, auth.UsersRead, end)
	assert.Equal(t, auth.ErrExpired, auth.ReasonOf(err))

	p.Expires = time.Time{} // an API key does not expire
	_, err = auth.Require(encode(t, members(t, p)), auth.UsersRead, end)
	assert.NoError(t, err)
}
