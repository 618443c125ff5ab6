package proof

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// The requests. In their paths and bodies, of fills in a user's id and address, and call
// a new address.
var (
	list       = harness.Request{Method: "GET", Target: "/users"}
	search     = harness.Request{Method: "GET", Target: "/users?email={email}"}
	get        = harness.Request{Method: "GET", Target: "/users/{id}"}
	getNobody  = harness.Request{Method: "GET", Target: "/users/nobody"}
	post       = harness.Request{Method: "POST", Target: "/users", Body: harness.UserBody("{new}")}
	putAge     = harness.Request{Method: "PUT", Target: "/users/{id}", Body: harness.UserBody("{email}")}
	putAddress = harness.Request{Method: "PUT", Target: "/users/{id}", Body: harness.UserBody("{new}")}
	remove     = harness.Request{Method: "DELETE", Target: "/users/{id}"}
)

// of makes a request one about a user.
func of(u harness.User, r harness.Request) harness.Request {
	fill := strings.NewReplacer("{id}", u.ID, "{email}", u.Email)
	r.Target, r.Body = fill.Replace(r.Target), fill.Replace(r.Body)
	return r
}

// need is what a function has a right for: a request that fails without it, and
// requests that do not need it.
type need struct {
	function, action string
	fails            harness.Request
	works            []harness.Request
}

var needs = []need{
	{"listUsers", "dynamodb:Query", list, []harness.Request{search}},
	{"listUsers", "dynamodb:GetItem", search, []harness.Request{list}},
	{"getUser", "dynamodb:GetItem", get, nil},
	{"createUser", "dynamodb:PutItem", post, nil},
	{"updateUser", "dynamodb:GetItem", putAge, nil},
	{"updateUser", "dynamodb:PutItem", putAge, nil},
	{"updateUser", "dynamodb:DeleteItem", putAddress, []harness.Request{putAge}}, // the old address's reservation
	{"deleteUser", "dynamodb:GetItem", remove, nil},
	{"deleteUser", "dynamodb:DeleteItem", remove, nil},
}

// testNeeds takes each right away from the function that has it, and has a request
// fail.
func testNeeds(t *testing.T) {
	deployed := local.look(t).Functions
	for name := range functions {
		for _, g := range grants(t, name) {
			i := slices.IndexFunc(needs, func(n need) bool { return n.function == name && n.action == g.action })
			require.GreaterOrEqual(t, i, 0, "nothing needs %s of %s: take it out of serverless.yml, or add a request to needs that does", g.action, name)
			t.Run(name+" without "+g.action, func(t *testing.T) { needs[i].test(t, deployed[name].Role) })
		}
	}
}

func (n need) test(t *testing.T, role string) {
	user := local.create(t)
	giveBack := takeAway(t, role, n.action)
	defer giveBack()
	a := local.call(t, of(user, n.fails))
	a.Fails(t, http.StatusInternalServerError)
	assert.Contains(t, causeOf(t, n.function, a), "is not authorized to perform: "+n.action)
	for _, r := range n.works {
		assert.Less(t, local.call(t, of(user, r)).Status, 300)
	}
	giveBack()
	assert.Less(t, local.call(t, of(user, n.fails)).Status, 300, "with the right, it works")
}

// testLogsWithoutRight shows a difference of the emulator: Amazon would lose the line
// of a function that may not write logs.
func testLogsWithoutRight(t *testing.T) {
	defer takeAway(t, local.look(t).Functions["getUser"].Role, "logs:PutLogEvents")()
	a := local.call(t, getNobody)
	a.Fails(t, http.StatusNotFound)
	assert.NotEmpty(t, causeOf(t, "getUser", a))
}

// takeAway denies a role an action, until the function that it returns is called.
func takeAway(t *testing.T, arn, action string) (giveBack func()) {
	t.Helper()
	_, role, _ := strings.Cut(arn, ":role/")
	policy := func(operation, document string) {
		parameters := url.Values{"Version": {"2010-05-08"}, "Action": {operation}, "RoleName": {role}, "PolicyName": {"denied"}, "PolicyDocument": {document}}
		awsCall{service: "iam", body: parameters.Encode()}.must(t)
	}
	policy("PutRolePolicy", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"`+action+`","Resource":"*"}]}`)
	return sync.OnceFunc(func() { policy("DeleteRolePolicy", "") })
}

// causeOf is what a function logged as the cause of an answer.
func causeOf(t *testing.T, function string, a harness.Answer) string {
	t.Helper()
	id := a.Header.Get("X-Correlation-Id")
	require.NotEmpty(t, id)
	var line struct{ Error string }
	harness.Eventually(t, func() bool {
		return json.Unmarshal([]byte(local.logged(t, function, id)), &line) == nil
	}, "the log has a line for it")
	return line.Error
}
