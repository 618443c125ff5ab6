package main

import (
	"context"
	"net/http"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// creator is what the function needs of the table.
type creator interface {
	Create(ctx context.Context, in user.Input, idem store.Idempotency) (store.Created, error)
}

// newHandler answers POST /users: 201 with the user, its Location and its ETag.
func newHandler(users creator) api.Guarded {
	return api.Guard(auth.UsersWrite, func(ctx context.Context, req *api.Request) (api.Response, error) {
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
		created, err := users.Create(ctx, in, store.Idempotency{Principal: req.Principal.ID(), Key: key})
		if err != nil {
			return api.Response{}, err
		}
		return answer(ctx, req, created)
	})
}

func answer(ctx context.Context, req *api.Request, created store.Created) (api.Response, error) {
	u := created.User
	id := u.ID.String()
	api.Annotate(ctx, "userId", id)
	res, err := api.Versioned(http.StatusCreated, u.Version, u)
	res.Location, res.Replayed = location(req, id), created.Replayed
	return res, err
}

// location is relative to the URL of the request, ".../users" or ".../users/": the function does
// not know what precedes it there, a stage ("/prod/users"), a custom domain's base path, or nothing.
func location(req *api.Request, id string) string {
	if req.TrailingSlash {
		return id
	}
	return "users/" + id
}
