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

// newHandler answers POST /users: 201 with the user, its Location and its ETag.
func newHandler(users creator) api.Guarded {
	return api.Guard(auth.ScopeWrite, func(ctx context.Context, req *api.Request) (api.Response, error) {
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
		u, err := users.Create(ctx, in, store.Idempotency{Principal: req.Principal.ID(), Key: key})
		if err != nil {
			return api.Response{}, err
		}
		return created(ctx, u)
	})
}

// created answers with a Location relative to the URL of the request, ".../users": the function
// does not know what precedes it there, a stage ("/prod/users"), a base path, or nothing.
func created(ctx context.Context, u user.User) (api.Response, error) {
	id := u.ID.String()
	api.Annotate(ctx, "userId", id)
	res, err := api.Versioned(http.StatusCreated, u.Version, u)
	res.Location = "users/" + id
	return res, err
}
