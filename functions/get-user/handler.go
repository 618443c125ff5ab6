package main

import (
	"context"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/user"
)

// getter is what the function needs of the table.
type getter interface {
	Get(ctx context.Context, id user.ID) (user.User, error)
}

// newHandler answers GET /users/{id}: 200 with the user and its ETag, or 304 if the client has it.
func newHandler(users getter) api.Guarded {
	return api.Guard(auth.UsersRead, func(ctx context.Context, req *api.Request) (api.Response, error) {
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
		return conditions.Get(u.Version, u)
	})
}
