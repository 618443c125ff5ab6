package main

import (
	"context"
	"net/http"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/store"
	"users-api/pkg/user"
)

// creator is what the function needs of the table.
type creator interface {
	Create(ctx context.Context, in user.Input, idem store.Idempotency) (user.User, error)
}

// handler answers POST /users: 201 with the user, its Location and its ETag.
func handler(users creator) api.Handler {
	return func(ctx context.Context, req *api.Request) (api.Response, error) {
		principal, err := auth.Require(req.RequestContext.Authorizer, auth.ScopeWrite)
		if err != nil {
			return api.Response{}, err
		}
		api.SetPrincipal(ctx, principal.ID())
		key, err := req.IdempotencyKey()
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
		u, err := users.Create(ctx, in, store.Idempotency{Principal: principal.ID(), Key: key})
		if err != nil {
			return api.Response{}, err
		}
		return created(ctx, u)
	}
}

// created answers with a Location relative to the URL that was posted to,
// ".../users", since the function does not know what stands before it: a stage
// ("/prod/users"), or a custom domain's base path, or nothing.
func created(ctx context.Context, u user.User) (api.Response, error) {
	api.Annotate(ctx, "userId", u.ID)
	res, err := api.Versioned(http.StatusCreated, u.Version, u)
	res.Location = "users/" + u.ID
	return res, err
}
