package adopt

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/install"
)

// summary is the route that docs/adopting.md adds.
var summary = []string{"route", "NAME=get-summary", "METHOD=GET", "ROUTE=/users/{id}/summary", "SCOPE=users:read"}

// TestDocuments runs the commands of the documents in a copy of the repository: those of
// docs/adopting.md, which make another API of it, and then all others on the local AWS with IAM
// enforced, where it also uses the route and the entity that were added.
func TestDocuments(t *testing.T) {
	tree := copyTree(t, install.Linters)
	refuses(t, tree)
	tree.Command(t, "make", "route", "NAME=confirm-summary", "METHOD=POST", "ROUTE=/users/{id}/summary", "SCOPE=users:write")
	tree.Command(t, "make", "route", "NAME=erase-summary", "METHOD=DELETE", "ROUTE=/users/{id}/summary", "SCOPE=users:erase", "NEW_SCOPE=1")
	commit(t, tree)
	runCommands(t, tree, adopting, "")

	dev := tree.StartDev(t)
	defer func() { assert.NoError(t, dev.Interrupt()) }()
	a := api{t, dev.URL, tree.Token(t)}
	user := a.call("POST", "/users", harness.UserBody(harness.Email())).User(t, http.StatusCreated)
	assert.Equal(t, user, a.call("GET", "/users/"+user.ID+"/summary", "").User(t, http.StatusOK))
	assert.Equal(t, http.StatusOK, a.call("HEAD", "/users/"+user.ID+"/summary", "").Status)
	a.call("GET", "/orders/"+user.ID, "").Fails(t, http.StatusNotFound) // another table
	a.walkOrders()
	a.call("POST", "/users/"+user.ID+"/summary", harness.UserBody(user.Email)).User(t, http.StatusOK)
	assert.Equal(t, http.StatusNoContent, a.call("DELETE", "/users/"+user.ID+"/summary", "").Status)
	a.credential = tree.Token(t, "SCOPES=users:read users:write")
	a.call("GET", "/orders", "").Fails(t, http.StatusForbidden)

	documents := strings.Fields(tree.Command(t, "git", "ls-files", "*.md").Stdout.Text())
	for _, document := range slices.Backward(documents) { // CONTRIBUTING.md comes last: schemathesis creates the users of the examples
		if document != adopting {
			runCommands(t, tree, document, dev.URL)
		}
	}
}

// api is the running service with a caller.
type api struct {
	t               *testing.T
	url, credential string
}

func (a api) call(method, target, body string, header ...string) harness.Answer {
	a.t.Helper()
	r := harness.Request{Method: method, Target: target, Body: body, Credential: a.credential, Header: map[string]string{}}
	for i := 0; i < len(header); i += 2 {
		r.Header[header[i]] = header[i+1]
	}
	return harness.Send(a.t, a.url, r)
}

// walkOrders uses all routes of orders, which are made as users are.
func (a api) walkOrders() {
	body := harness.UserBody(harness.Email())
	order := a.call("POST", "/orders", body, "Idempotency-Key", "k").User(a.t, http.StatusCreated)
	again := a.call("POST", "/orders", body, "Idempotency-Key", "k")
	assert.Equal(a.t, order, again.User(a.t, http.StatusCreated))
	assert.Equal(a.t, "orders/"+order.ID, again.Header.Get("Location"))
	a.call("POST", "/orders", body).Fails(a.t, http.StatusConflict)
	last := a.call("POST", "/orders", harness.UserBody(harness.Email())).User(a.t, http.StatusCreated)

	target := "/orders?limit=1"
	for _, want := range []string{last.ID, order.ID} {
		page := a.call("GET", target, "")
		require.Contains(a.t, page.Body, `{"orders":[{"id":"`+want)
		target = "/orders?limit=1&cursor=" + url.QueryEscape(page.Page(a.t).NextCursor)
	}
	one := "/orders/" + order.ID
	assert.Equal(a.t, order, a.call("GET", one, "").User(a.t, http.StatusOK))
	a.call("PUT", one, body, "If-Match", `"2"`).Fails(a.t, http.StatusPreconditionFailed)
	assert.Equal(a.t, 2, a.call("PUT", one, body, "If-Match", `"1"`).User(a.t, http.StatusOK).Version)
	assert.Equal(a.t, http.StatusNoContent, a.call("DELETE", one, "", "If-Match", `"2"`).Status)
	a.call("GET", one, "").Fails(a.t, http.StatusNotFound)
}

// refuses tries what cannot be, which changes nothing.
func refuses(t *testing.T, tree harness.Tree) {
	with := func(changes ...string) []string { return append(append([]string{}, summary...), changes...) } // make takes the last value
	for says, args := range map[string][]string{
		"authorizer/handler.go exi": with("NAME=authorizer"),
		"words of small letters":    with("NAME=getSummary"),
		"METHOD=\"PATCH\"":          with("METHOD=PATCH"),
		"getUser serves it":         with("ROUTE=/users/{key}"),
		"no function to copy":       with("ROUTE=/users/{id}/parts/{part}"),
		"must be a path":            with("ROUTE=users"),
		"users:write, or another":   with("SCOPE=users:admin"),
		"SCOPE=users:read: must be": with("NEW_SCOPE=1"),
		"for something else":        {"entity", "NAME=item"},
		"a word of small letters":   {"entity", "NAME=Order"},
		"must be two words":         {"entity", "NAME=news", "PLURAL=news"},
		"no function getOrder":      {"entity", "NAME=invoice", "FROM=order"},
		"which names?":              {"rename"},
		"MODULE=\"a//b\"":           {"rename", "MODULE=a//b"},
		"MODULE=\"a.example/b/v1\"": {"rename", "MODULE=a.example/b/v1"},
		"SERVICE=\"2orders\"":       {"rename", "SERVICE=2orders"},
	} {
		_, err := tree.Run(t.Context(), nil, "make", args...)
		assert.ErrorContains(t, err, says)
	}
	assert.NoDirExists(t, tree.Dir+"/functions/get-summary")
}
