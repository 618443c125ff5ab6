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

// How many users a page has.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// lister is what the function needs of the table.
type lister interface {
	List(ctx context.Context, limit int, cursor string) (store.Page, error)
	FindByEmail(ctx context.Context, email string) ([]user.User, error)
}

// list is the answer: a page of users, newest first, and where the next one is.
type list struct {
	Users      []user.User `json:"users"`
	NextCursor string      `json:"nextCursor,omitempty"`
}

// handler answers GET /users with a page of users, or with the one user that
// has the address asked for.
func handler(users lister) api.Handler {
	return func(ctx context.Context, req *api.Request) (api.Response, error) {
		principal, err := auth.Require(req.RequestContext.Authorizer, auth.ScopeRead)
		if err != nil {
			return api.Response{}, err
		}
		api.SetPrincipal(ctx, principal.ID())
		q, err := parseQuery(req)
		if err != nil {
			return api.Response{}, err
		}
		page, err := q.find(ctx, users)
		if err != nil {
			return api.Response{}, err
		}
		if page.Users == nil {
			page.Users = []user.User{} // an empty list is [], not null
		}
		api.Detail(ctx, "users", len(page.Users))
		return api.JSON(http.StatusOK, list{page.Users, page.Next})
	}
}

// query is what a client asks for.
type query struct {
	limit    int
	cursor   string
	email    string
	hasEmail bool
}

func parseQuery(req *api.Request) (q query, err error) {
	if err := req.RefuseUnknownQuery("limit", "cursor", "email"); err != nil {
		return query{}, err
	}
	if q.limit, err = parseLimit(req); err != nil {
		return query{}, err
	}
	if q.cursor, _, err = req.QueryValue("cursor"); err != nil {
		return query{}, err
	}
	q.email, q.hasEmail, err = req.QueryValue("email")
	return q, err
}

func parseLimit(req *api.Request) (int, error) {
	text, ok, err := req.QueryValue("limit")
	if err != nil || !ok {
		return defaultLimit, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, apperr.New(apperr.Invalid, "Validation failed",
			apperr.Detail{Field: "limit", Message: "must be an integer from 1 to 100"})
	}
	return n, nil
}

func (q query) find(ctx context.Context, users lister) (store.Page, error) {
	if !q.hasEmail {
		return users.List(ctx, q.limit, q.cursor)
	}
	found, err := users.FindByEmail(ctx, q.email)
	return store.Page{Users: found}, err
}
