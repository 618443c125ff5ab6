package api

import (
	"fmt"
	"strconv"

	"users-api/pkg/apperr"
)

// Limit returns the query's limit, how many items a page has: from 1 to most, and otherwise Invalid.
func (r *Request) Limit(absent, most int) (int, error) {
	text, ok, err := r.QueryValue("limit")
	if err != nil || !ok {
		return absent, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, apperr.InvalidField("limit", fmt.Sprintf("must be an integer from 1 to %d", most))
	}
	return n, nil
}

// Cursor returns the query's cursor; "" if it has none, for the first page. An empty one is Invalid.
func (r *Request) Cursor() (string, error) {
	cursor, ok, err := r.QueryValue("cursor")
	if err == nil && ok && cursor == "" {
		err = apperr.InvalidField("cursor", "must be the nextCursor of an earlier answer")
	}
	return cursor, err
}
