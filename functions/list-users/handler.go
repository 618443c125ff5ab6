package main

import (
	"cmp"
	"context"
	"net/http"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// The number of users on a page.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// lister is what the function needs of the table.
type lister interface {
	List(ctx context.Context, limit int, cursor string) (store.Page, error)
	FindByEmail(ctx context.Context, e user.Email) ([]user.User, error)
}

// list is the answer: a page of users, newest first, and the cursor of the next.
type list struct {
	Users      []user.User `json:"users"`
	NextCursor string      `json:"nextCursor,omitempty"`
}

// newHandler answers GET /users with a page of users, or with the user that has an address.
func newHandler(users lister) api.Guarded {
	return api.Guard(auth.UsersRead, func(ctx context.Context, req *api.Request) (api.Response, error) {
		page, err := find(ctx, users, req)
		if err != nil {
			return api.Response{}, err
		}
		if page.Items == nil {
			page.Items = []user.User{} // an empty list is [], not null
		}
		api.AnnotateDebug(ctx, "listed", len(page.Items))
		return api.JSON(http.StatusOK, list{page.Items, page.Next})
	}, "limit", "cursor", "email")
}

// find reads the query and returns the users that it asks for.
func find(ctx context.Context, users lister, req *api.Request) (store.Page, error) {
	limit, limitErr := req.Limit(defaultLimit, maxLimit)
	cursor, cursorErr := req.Cursor()
	address, byEmail, emailErr := req.QueryValue("email")
	if err := cmp.Or(limitErr, cursorErr, emailErr); err != nil {
		return store.Page{}, err
	}
	if !byEmail {
		return users.List(ctx, limit, cursor)
	}
	email, err := user.ParseEmail(address)
	if err != nil {
		return store.Page{}, apperr.InvalidField("email", err.Error())
	}
	found, err := users.FindByEmail(ctx, email)
	return store.Page{Items: found}, err
}
