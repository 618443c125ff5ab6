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

// viaGateway sends a context the way API Gateway does: as JSON, with members of
// its own added.
func viaGateway(t *testing.T, context map[string]any) []byte {
	t.Helper()
	arrived := maps.Clone(context)
	arrived["principalId"] = "jwt:alice"
	arrived["integrationLatency"] = 12.0
	return encode(t, arrived)
}

func encode(t *testing.T, context map[string]any) []byte {
	t.Helper()
	encoded, err := json.Marshal(context)
	require.NoError(t, err)
	return encoded
}

func TestContextArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]auth.Principal{
		"a token's":    {Subject: "auth0|5f7c8ec7c33c6c004bbafe82", Kind: auth.KindJWT, Scopes: []string{auth.ScopeRead, auth.ScopeWrite}, Expires: time.Now().Add(time.Hour).Truncate(time.Second)},
		"an API key's": {Subject: "billing", Kind: auth.KindAPIKey, Scopes: []string{auth.ScopeWrite}},
		"no scopes":    {Subject: "Zoë 😀 \"quoted\"", Kind: auth.KindJWT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for key, value := range p.Context() {
				assert.IsType(t, "", value, "%s must be flat: API Gateway answers 500 otherwise", key)
			}
			got, err := auth.FromContext(viaGateway(t, p.Context()))
			require.NoError(t, err)
			assert.Equal(t, p, got)
		})
	}
}

func TestUsageKeyStaysInTheAuthorizer(t *testing.T) {
	t.Parallel()
	p := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, UsageKey: "abcdefghijklmnopqrstuvwxyz"}
	assert.NotContains(t, p.Context(), "abcdefghijklmnopqrstuvwxyz")
	for _, value := range p.Context() {
		assert.NotEqual(t, p.UsageKey, value)
	}
}

func TestIDTellsKindsApart(t *testing.T) {
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
		"no subject":            func(c map[string]any) { delete(c, "sub") },
		"an empty subject":      func(c map[string]any) { c["sub"] = "" },
		"a number as subject":   func(c map[string]any) { c["sub"] = 42.0 },
		"null as subject":       func(c map[string]any) { c["sub"] = nil },
		"a subject of 256":      func(c map[string]any) { c["sub"] = strings.Repeat("a", 256) },
		"a line in the subject": func(c map[string]any) { c["sub"] = "alice\nlevel=info" },
		"no scope":              func(c map[string]any) { delete(c, "scope") },
		"a list of scopes":      func(c map[string]any) { c["scope"] = []any{"users:read"} },
		"no kind":               func(c map[string]any) { delete(c, "kind") },
		"another kind":          func(c map[string]any) { c["kind"] = "cognito" },
		"an empty exp":          func(c map[string]any) { c["exp"] = "" },
		"exp is no number":      func(c map[string]any) { c["exp"] = "tomorrow" },
		"exp of another type":   func(c map[string]any) { c["exp"] = true },
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
	t.Run("no context at all", func(t *testing.T) {
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
		scope   string
		want    apperr.Kind
		ok      bool
	}{
		{name: "the scope", context: context("users:read"), scope: auth.ScopeRead, ok: true},
		{name: "both scopes", context: context("users:read users:write"), scope: auth.ScopeWrite, ok: true},
		{name: "valid still", context: context("users:read", "exp", "253402300799"), scope: auth.ScopeRead, ok: true},
		{name: "writing is not reading", context: context("users:write"), scope: auth.ScopeRead, want: apperr.Forbidden},
		{name: "reading is not writing", context: context("users:read"), scope: auth.ScopeWrite, want: apperr.Forbidden},
		{name: "no scope", context: context(""), scope: auth.ScopeRead, want: apperr.Forbidden},
		{name: "another case", context: context("Users:Read"), scope: auth.ScopeRead, want: apperr.Forbidden},
		{name: "a longer scope", context: context("users:readwrite"), scope: auth.ScopeRead, want: apperr.Forbidden},
		{name: "a comma between", context: context("users:read,users:write"), scope: auth.ScopeRead, want: apperr.Forbidden},
		{name: "no authorizer", context: nil, scope: auth.ScopeRead, want: apperr.Unauthenticated},
		{name: "expired since", context: context("users:read", "exp", "1000000000"), scope: auth.ScopeRead, want: apperr.Unauthenticated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := auth.Require(encode(t, tt.context), tt.scope)
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
