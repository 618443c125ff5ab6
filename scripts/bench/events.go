package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

const tableName = "bench"

// table is the table of a run.
type table struct{ *store.Table }

func newTable(ctx context.Context, endpoint string) (table, error) {
	client := storetest.Client(endpoint)
	err := usertest.CreateTable(ctx, client, tableName)
	return table{store.New(client, tableName, time.Now, user.NewID)}, err
}

func newEmail() string { return uuid.NewString() + "@example.com" }

// events makes events that each succeed when they are sent once. Each is about a new user, so that
// the same calls to the table come before every program's: an idle table takes longer to answer. A
// list has more users than a page from the first round on.
func (t table) events(ctx context.Context, e runtimeapi.Event, n int) ([][]byte, error) {
	all := make([][]byte, n)
	for i := range all {
		created, err := t.Create(ctx, usertest.Input("Ann Lee", newEmail()), store.Idempotency{})
		if err != nil {
			return nil, err
		}
		email := created.User.Email
		if e.PathID() == "" {
			email = newEmail()
		}
		if all[i], err = sign(e.About(created.User.ID.String(), email)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// secret signs the tokens of a run.
const secret = "the benchmark's own secret, which opens nothing else"

var (
	bearer         = regexp.MustCompile(`Bearer [^"]+`)
	idempotencyKey = regexp.MustCompile(`("Idempotency-Key":\[?")[^"]+`)
)

// sign gives an event a valid token, a new Idempotency-Key and browserHeaders.
func sign(e runtimeapi.Event) ([]byte, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "bench", "scope": "users:read users:write", "exp": time.Now().Add(24 * time.Hour).Unix(),
	}).SignedString([]byte(secret))
	text := bearer.ReplaceAllString(string(e), "Bearer "+token)
	text = idempotencyKey.ReplaceAllString(text, "${1}"+uuid.NewString())
	for _, h := range browserHeaders {
		text = strings.Replace(text, `"headers":{`, fmt.Sprintf(`"headers":{%q:%q,`, h[0], h[1]), 1)
		text = strings.Replace(text, `"multiValueHeaders":{`, fmt.Sprintf(`"multiValueHeaders":{%q:[%q],`, h[0], h[1]), 1)
	}
	return []byte(text), err
}

// browserHeaders are headers that a browser sends and test events lack. With them an
// event has 3 KB, as those of API Gateway have.
var browserHeaders = [][2]string{
	{"Accept-Language", "en-GB,en;q=0.9,de;q=0.8"},
	{"Referer", "https://app.example.com/users?sort=newest"},
	{"sec-ch-ua", `"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"`},
	{"sec-ch-ua-mobile", "?0"},
	{"sec-ch-ua-platform", `"Windows"`},
	{"Sec-Fetch-Dest", "empty"},
	{"Sec-Fetch-Mode", "cors"},
	{"Sec-Fetch-Site", "cross-site"},
}
