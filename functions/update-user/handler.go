package main

import (
	"context"
	"net/http"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/store"
	"users-api/pkg/user"
)

// updater is what the function needs of the table.
type updater interface {
	Update(ctx context.Context, id string, in user.Input, allow store.Allow, expected int64) (user.User, error)
}

// handler answers PUT /users/{id}: 200 with the user's next version and its
// ETag, or 412 where If-Match names another version than the current one.
func handler(users updater) api.Handler {
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
		members, err := api.Decode(req)
		if err != nil {
			return api.Response{}, err
		}
		in, err := user.ParseInput(members)
		if err != nil {
			return api.Response{}, err
		}
		api.Annotate(ctx, "userId", id)
		u, err := users.Update(ctx, id, in, conditions.AllowWrite, conditions.Expected())
		if err != nil {
			return api.Response{}, err
		}
		return api.Versioned(http.StatusOK, u.Version, u)
	}
}
