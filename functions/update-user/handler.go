package main

import (
	"context"
	"net/http"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// updater is what the function needs of the table.
type updater interface {
	Update(ctx context.Context, id user.ID, in user.Input, pre store.Precondition) (user.User, error)
}

// newHandler answers PUT /users/{id}: 200 with the user's next version and its ETag, or 412 if the
// request's conditions do not allow replacing the current version.
func newHandler(users updater) api.Guarded {
	return api.Guard(auth.UsersWrite, func(ctx context.Context, req *api.Request) (api.Response, error) {
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
		api.Annotate(ctx, "userId", id.String())
		u, err := users.Update(ctx, id, in, conditions)
		if err != nil {
			return api.Response{}, err
		}
		return api.Versioned(http.StatusOK, u.Version, u)
	})
}
