package main

import (
	"context"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/store"
	"users-api/pkg/user"
)

// deleter is what the function needs of the table.
type deleter interface {
	Delete(ctx context.Context, id string, allow store.Allow) error
}

// handler answers DELETE /users/{id}: 204, or 412 where If-Match names another
// version than the current one.
func handler(users deleter) api.Handler {
	return func(ctx context.Context, req *api.Request) (api.Response, error) {
		principal, err := auth.Require(req.RequestContext.Authorizer, auth.ScopeWrite)
		if err != nil {
			return api.Response{}, err
		}
		api.SetPrincipal(ctx, principal.ID())
		id, err := user.ParseID(req.PathParameters["id"])
		if err != nil {
			return api.Response{}, err
		}
		conditions, err := req.Conditions()
		if err != nil {
			return api.Response{}, err
		}
		api.Annotate(ctx, "userId", id)
		if err := users.Delete(ctx, id, conditions.AllowWrite); err != nil {
			return api.Response{}, err
		}
		return api.NoContent(), nil
	}
}
