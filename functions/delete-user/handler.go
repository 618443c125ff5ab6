package main

import (
	"context"

	"users-api/pkg/api"
	"users-api/pkg/auth"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// deleter is what the function needs of the table.
type deleter interface {
	Delete(ctx context.Context, id user.ID, pre store.Precondition) error
}

// newHandler answers DELETE /users/{id}: 204, or 412 if the request's conditions do not allow
// deleting the current version.
func newHandler(users deleter) api.Guarded {
	return api.Guard(auth.UsersWrite, func(ctx context.Context, req *api.Request) (api.Response, error) {
		id, err := user.ParseID(req.PathParameters["id"])
		if err != nil {
			return api.Response{}, err
		}
		conditions, err := req.Conditions()
		if err != nil {
			return api.Response{}, err
		}
		api.Annotate(ctx, "userId", id.String())
		if err := users.Delete(ctx, id, conditions); err != nil {
			return api.Response{}, err
		}
		return api.NoContent(), nil
	})
}
