package main

import (
	"context"
	"net/http"
	"strconv"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/store"
	"users-api/pkg/user"
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
	return api.Guard(auth.ScopeRead, func(ctx context.Context, req *api.Request) (api.Response, error) {
		page, err := find(ctx, users, req)
		if err != nil {
			return api.Response{}, err
		}
		if page.Users == nil {
			page.Users = []user.User{} // an empty list is [], not null
		}
		api.AnnotateDebug(ctx, "users", len(page.Users))
		return api.JSON(http.StatusOK, list{page.Users, page.Next})
	}, "limit", "cursor", "email")
}

// find reads the query and returns the users that it asks for.
func find(ctx context.Context, users lister, req *api.Request) (store.Page, error) {
	limit, err := parseLimit(req)
	if err != nil {
		return store.Page{}, err
	}
	cursor, paged, err := req.QueryValue("cursor")
	if err != nil {
		return store.Page{}, err
	}
	if paged && cursor == "" {
		return store.Page{}, store.ErrBadCursor
	}
	address, byEmail, err := req.QueryValue("email")
	if err != nil {
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
	return store.Page{Users: found}, err
}

func parseLimit(req *api.Request) (int, error) {
	text, ok, err := req.QueryValue("limit")
	if err != nil || !ok {
		return defaultLimit, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, apperr.InvalidField("limit", "must be an integer from 1 to 100")
	}
	return n, nil
}
