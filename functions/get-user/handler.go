package main

import (
	"context"
	"net/http"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/user"
)

// getter is what the function needs of the table.
type getter interface {
	Get(ctx context.Context, id string) (user.User, error)
}

// handler answers GET /users/{id}: 200 with the user and its ETag, or 304 to a
// client that has this version already.
func handler(users getter) api.Handler {
	return func(ctx context.Context, req *api.Request) (api.Response, error) {
		principal, err := auth.Require(req.RequestContext.Authorizer, auth.ScopeRead)
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
		u, err := users.Get(ctx, id)
		if err != nil {
			return api.Response{}, err
		}
		switch {
		case conditions.Changed(u.Version):
			return api.Response{}, apperr.New(apperr.PreconditionFailed, "User has changed")
		case conditions.Known(u.Version):
			return api.NotModified(u.Version), nil
		}
		return api.Versioned(http.StatusOK, u.Version, u)
	}
}
