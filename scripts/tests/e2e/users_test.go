package e2e

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
)

// testLife takes one user from its creation to its end.
func testLife(t *testing.T) {
	email := address()
	a := call(t, request{method: "POST", target: "/users", body: input(email)})
	created := a.user(t, http.StatusCreated)
	id, err := uuid.Parse(created.ID)
	require.NoError(t, err)
	assert.Equal(t, uuid.Version(7), id.Version())
	assert.Equal(t, []any{"Ada Lovelace", email, 36, 1}, []any{created.Name, created.Email, *created.Age, created.Version})
	assert.Equal(t, created.CreatedAt, created.UpdatedAt)
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, created.CreatedAt)
	assert.Equal(t, `"1"`, a.header.Get("ETag"))
	target := resolve(t, "/users", a.header.Get("Location"))
	assert.Equal(t, "/users/"+created.ID, target)

	a = call(t, request{method: "GET", target: target})
	assert.Equal(t, created, a.user(t, http.StatusOK))
	assert.Equal(t, `"1"`, a.header.Get("ETag"))
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))

	a = call(t, request{method: "PUT", target: target, body: `{"name":"Ada King","email":"` + email + `"}`})
	updated := a.user(t, http.StatusOK)
	assert.Equal(t, []any{created.ID, "Ada King", email, 2, created.CreatedAt}, []any{updated.ID, updated.Name, updated.Email, updated.Version, updated.CreatedAt})
	assert.Nil(t, updated.Age, "PUT replaces: what is left out is gone")
	assert.Equal(t, `"2"`, a.header.Get("ETag"))
	before, err := time.Parse(time.RFC3339, created.UpdatedAt)
	require.NoError(t, err)
	after, err := time.Parse(time.RFC3339, updated.UpdatedAt)
	require.NoError(t, err)
	assert.True(t, after.After(before), "%v is later than %v", after, before)

	a = call(t, request{method: "DELETE", target: target})
	assert.Equal(t, http.StatusNoContent, a.status)
	assert.Empty(t, a.body)
	for _, method := range []string{"GET", "DELETE"} {
		call(t, request{method: method, target: target}).fails(t, http.StatusNotFound)
	}
	call(t, request{method: "PUT", target: target, body: input(email)}).fails(t, http.StatusNotFound)
	call(t, request{method: "POST", target: "/users", body: input(email)}).user(t, http.StatusCreated) // the address is free again
}

// resolve is what a client does with a Location.
func resolve(t *testing.T, base, reference string) string {
	t.Helper()
	b, err := url.Parse(dev.url + base)
	require.NoError(t, err)
	r, err := b.Parse(reference)
	require.NoError(t, err)
	return r.Path
}

func testConditions(t *testing.T) {
	u := create(t)
	target := "/users/" + u.ID
	put := func(header map[string]string) answer {
		return call(t, request{method: "PUT", target: target, body: input(u.Email), header: header})
	}
	a := call(t, request{method: "GET", target: target, header: map[string]string{"If-None-Match": `"1"`}})
	assert.Equal(t, http.StatusNotModified, a.status)
	assert.Equal(t, `"1"`, a.header.Get("ETag"))
	assert.Empty(t, a.body)
	for _, tag := range []string{`W/"1"`, `"7", "1"`, `*`} {
		a := call(t, request{method: "GET", target: target, header: map[string]string{"If-None-Match": tag}})
		assert.Equal(t, http.StatusNotModified, a.status, tag)
	}
	call(t, request{method: "GET", target: target, header: map[string]string{"If-None-Match": `"2"`}}).user(t, http.StatusOK)

	put(map[string]string{"If-Match": `"2"`}).fails(t, http.StatusPreconditionFailed)
	put(map[string]string{"If-Match": `W/"1"`}).fails(t, http.StatusPreconditionFailed)
	put(map[string]string{"If-Match": `nonsense`}).fails(t, http.StatusBadRequest)
	assert.Equal(t, 2, put(map[string]string{"If-Match": `"1"`}).user(t, http.StatusOK).Version)
	assert.Equal(t, 3, put(map[string]string{"If-Match": `*`}).user(t, http.StatusOK).Version)
	assert.Equal(t, 4, put(nil).user(t, http.StatusOK).Version)

	remove := request{method: "DELETE", target: target, header: map[string]string{"If-Match": `"1"`}}
	call(t, remove).fails(t, http.StatusPreconditionFailed)
	remove.header["If-Match"] = `"4"`
	assert.Equal(t, http.StatusNoContent, call(t, remove).status)
}

func testPages(t *testing.T) {
	var made []string
	for range 3 {
		made = append(made, create(t).ID)
	}
	seen := map[string]bool{}
	target := "/users?limit=1"
	for pages := 0; !seen[made[0]]; pages++ {
		require.Less(t, pages, 5000, "the first user is on no page")
		p := call(t, request{method: "GET", target: target}).page(t)
		require.Len(t, p.Users, 1)
		assert.False(t, seen[p.Users[0].ID], "a user is on one page only")
		seen[p.Users[0].ID] = true
		if seen[made[0]] {
			break
		}
		require.NotEmpty(t, p.NextCursor, "there is more")
		target = "/users?limit=1&cursor=" + url.QueryEscape(p.NextCursor)
	}
	for _, id := range made {
		assert.True(t, seen[id], "newest first, so all three came by")
	}
	p := call(t, request{method: "GET", target: "/users?limit=100"}).page(t)
	for i := 1; i < len(p.Users); i++ {
		assert.Greater(t, p.Users[i-1].ID, p.Users[i].ID, "newest first")
	}
}

func testSearch(t *testing.T) {
	u := create(t)
	for name, email := range map[string]string{"as given": u.Email, "in other case": "E2E" + u.Email[3:]} {
		p := call(t, request{method: "GET", target: "/users?email=" + url.QueryEscape(email)}).page(t)
		require.Len(t, p.Users, 1, name)
		assert.Equal(t, u.ID, p.Users[0].ID)
		assert.Empty(t, p.NextCursor)
	}
	a := call(t, request{method: "GET", target: "/users?email=" + url.QueryEscape(address())})
	assert.Empty(t, a.page(t).Users)
	assert.Contains(t, a.body, `"users":[]`)
}

func testIdempotency(t *testing.T) {
	body, key := input(address()), map[string]string{"Idempotency-Key": uuid.NewString()}
	post := func(body, credential string) answer {
		return call(t, request{method: "POST", target: "/users", body: body, header: key, credential: credential})
	}
	first := post(body, "")
	second := post(body, "")
	assert.Equal(t, first.user(t, http.StatusCreated), second.user(t, http.StatusCreated))
	assert.Equal(t, first.header.Get("Location"), second.header.Get("Location"))
	post(input(address()), "").fails(t, http.StatusUnprocessableEntity)
	post(body, "Bearer "+token(t, "somebody-else", "")).fails(t, http.StatusConflict) // another principal's key

	key["Idempotency-Key"] = uuid.NewString()
	body = input(address())
	ids := map[string]bool{}
	for _, a := range client.Together(10, func(int) answer { return post(body, "") }) {
		ids[a.user(t, http.StatusCreated).ID] = true
	}
	assert.Len(t, ids, 1, "at the same time, too")
}

func testConcurrentCreates(t *testing.T) {
	email := address()
	credential := "Bearer " + token(t, "", "")
	statuses := map[int]int{}
	for _, a := range client.Together(50, func(i int) answer {
		body := `{"name":"Number ` + strconv.Itoa(i) + `","email":"` + email + `"}`
		return call(t, request{method: "POST", target: "/users", body: body, credential: credential})
	}) {
		statuses[a.status]++
		if a.status != http.StatusCreated {
			a.fails(t, http.StatusConflict)
		}
	}
	assert.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: 49}, statuses)
	assert.Len(t, call(t, request{method: "GET", target: "/users?email=" + url.QueryEscape(email)}).page(t).Users, 1)
}
