package api_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/auth"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		authorizer string
		scope      auth.Scope
		want       apperr.Kind
		served     bool
	}{
		"granted scope":       {authorizer: `{"sub":"ann","kind":"jwt","scope":"users:read"}`, scope: auth.UsersRead, served: true},
		"other scope":         {authorizer: `{"sub":"ann","kind":"jwt","scope":"users:read"}`, scope: auth.UsersWrite, want: apperr.Forbidden},
		"no authorizer":       {authorizer: `null`, scope: auth.UsersRead, want: apperr.Unauthenticated},
		"expired credential":  {authorizer: `{"sub":"ann","kind":"jwt","scope":"users:read","exp":"1"}`, scope: auth.UsersRead, want: apperr.Unauthenticated},
		"route without scope": {authorizer: `{"sub":"ann","kind":"jwt","scope":""}`, want: apperr.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := false
			g := api.Guard(tt.scope, func(_ context.Context, req *api.Request) (api.Response, error) {
				served = true
				assert.Equal(t, "jwt:ann", req.Principal.ID())
				return api.NoContent(), nil
			})
			_, err := g.Serve(t.Context(), &api.Request{RequestContext: api.RequestContext{Authorizer: json.RawMessage(tt.authorizer)}})
			assert.Equal(t, tt.served, served)
			if tt.served {
				assert.NoError(t, err)
				return
			}
			assert.Equal(t, tt.want, apperr.KindOf(err))
		})
	}
}

func TestUnknownQueryParameters(t *testing.T) {
	t.Parallel()
	g := api.Guard(auth.UsersRead, func(context.Context, *api.Request) (api.Response, error) { return api.NoContent(), nil }, "limit")
	for query, field := range map[string]string{"limit": "", "Limit": "Limit", "debug": "debug", "": "(empty)"} {
		_, err := g.Serve(t.Context(), &api.Request{
			Query:          map[string][]string{query: {"1"}},
			RequestContext: api.RequestContext{Authorizer: json.RawMessage(`{"sub":"ann","kind":"jwt","scope":"users:read"}`)},
		})
		if field == "" {
			assert.NoError(t, err)
			continue
		}
		assert.Equal(t, []apperr.Detail{{Field: field, Message: "is not a parameter of this request"}}, apperr.From(err).Details)
	}
}
