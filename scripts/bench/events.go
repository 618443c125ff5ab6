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
type table struct {
	*store.Table
	shared user.User // the user that read requests name
}

// newTable creates a table with more users than a page has.
func newTable(ctx context.Context, endpoint string) (t table, err error) {
	client := storetest.Client(endpoint)
	if err := usertest.CreateTable(ctx, client, tableName); err != nil {
		return t, err
	}
	t.Table = store.New(client, tableName, time.Now, user.NewID)
	for range 50 {
		if t.shared, err = t.addUser(ctx); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (t table) addUser(ctx context.Context) (user.User, error) {
	created, err := t.Create(ctx, usertest.Input("Ann Lee", newEmail()), store.Idempotency{})
	return created.User, err
}

func newEmail() string { return uuid.NewString() + "@example.com" }

// event fills in a function's event so that it succeeds when it is sent once: each change is
// made to a new user.
func (t table) event(ctx context.Context, e runtimeapi.Event) (_ []byte, err error) {
	u := t.shared
	if e.PathID() != "" && !strings.Contains(string(e), `"httpMethod":"GET"`) {
		if u, err = t.addUser(ctx); err != nil {
			return nil, err
		}
	}
	if e.PathID() == "" {
		u.Email = newEmail()
	}
	return sign(e.About(u.ID.String(), u.Email))
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
