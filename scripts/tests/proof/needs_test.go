package proof

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// The requests. of fills in the user's id and address, and call fills in a new address.
var (
	list      = harness.Request{Method: "GET", Target: "/users"}
	get       = harness.Request{Method: "GET", Target: "/users/{id}"}
	getNobody = harness.Request{Method: "GET", Target: "/users/nobody"}
	post      = harness.Request{Method: "POST", Target: "/users", Body: harness.UserBody("{new}")}
)

// of fills in the user's id and address.
func of(u harness.User, r harness.Request) harness.Request {
	fill := strings.NewReplacer("{id}", u.ID, "{email}", u.Email)
	r.Target, r.Body = fill.Replace(r.Target), fill.Replace(r.Body)
	return r
}

// need is a request that fails if its function lacks a right. It is about what a POST to the first
// part of its path creates.
type need struct {
	function, action string
	request          string // method and target
	email            string // of its body; "" for no body
}

var needs = []need{
	{function: "listUsers", action: "dynamodb:Query", request: "GET /users"},
	{function: "listUsers", action: "dynamodb:GetItem", request: "GET /users?email={email}"},
	{function: "getUser", action: "dynamodb:GetItem", request: "GET /users/{id}"},
	{function: "createUser", action: "dynamodb:PutItem", request: "POST /users", email: "{new}"},
	{function: "updateUser", action: "dynamodb:GetItem", request: "PUT /users/{id}", email: "{email}"},
	{function: "updateUser", action: "dynamodb:PutItem", request: "PUT /users/{id}", email: "{email}"},
	{function: "updateUser", action: "dynamodb:DeleteItem", request: "PUT /users/{id}", email: "{new}"}, // the old address's reservation
	{function: "deleteUser", action: "dynamodb:GetItem", request: "DELETE /users/{id}"},
	{function: "deleteUser", action: "dynamodb:DeleteItem", request: "DELETE /users/{id}"},
	{function: "authorizer", action: "secretsmanager:GetSecretValue"},
}

// collection is the first part of a path.
var collection = regexp.MustCompile(`^/[a-z0-9-]+`)

// testNeeds takes each right away from the function that has it, and checks that a request fails.
func testNeeds(t *testing.T) {
	deployed := local.look(t).functions
	for name := range functions {
		for _, g := range grants(t, name) {
			i := slices.IndexFunc(needs, func(n need) bool { return n.function == name && n.action == g.action })
			require.GreaterOrEqual(t, i, 0, "no request needs %s of %s: add one that does to needs in needs_test.go, or remove the action from serverless.yml", g.action, name)
			test := needs[i].test
			if name == "authorizer" {
				test = needs[i].testAuthorizer
			}
			t.Run(name+" without "+g.action, func(t *testing.T) { test(t, deployed[name].role) })
		}
	}
}

func (n need) test(t *testing.T, role string) {
	method, target, _ := strings.Cut(n.request, " ")
	r := harness.Request{Method: method, Target: target}
	if n.email != "" {
		r.Body = harness.UserBody(n.email)
	}
	creation := post
	creation.Target = collection.FindString(target)
	r = of(local.call(t, creation).User(t, http.StatusCreated), r)
	giveBack := takeAway(t, role, n.action)
	defer giveBack()
	a := local.call(t, r)
	a.Fails(t, http.StatusInternalServerError)
	assert.Contains(t, causeOf(t, n.function, a), "is not authorized to perform: "+n.action)
	giveBack()
	assert.Less(t, local.call(t, r).Status, 300, "with the right, it works")
}

// testAuthorizer checks that the authorizer, which an unknown API key causes to read its secret, logs
// why it cannot, and that the secret that it knows serves on.
func (n need) testAuthorizer(t *testing.T, role string) {
	defer takeAway(t, role, n.action)()
	harness.Eventually(t, func() bool {
		harness.Send(t, local.url(), harness.Request{Method: "GET", Target: "/users", Credential: "ApiKey unknown"}).Fails(t, http.StatusUnauthorized)
		return local.logged(t, "authorizer", "is not authorized to perform: "+n.action) != ""
	}, "the log says why")
	assert.Equal(t, http.StatusOK, local.call(t, list).Status)
}

// takeAway denies a role an action, until the function that it returns is called.
func takeAway(t *testing.T, arn, action string) (giveBack func()) {
	t.Helper()
	_, role, _ := strings.Cut(arn, ":role/")
	policy := func(operation, document string) {
		parameters := url.Values{"Version": {"2010-05-08"}, "Action": {operation}, "RoleName": {role}, "PolicyName": {"denied"}, "PolicyDocument": {document}}
		harness.AWSCall{Service: "iam", Body: parameters.Encode()}.Must(t, cloud.Config())
	}
	policy("PutRolePolicy", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"`+action+`","Resource":"*"}]}`)
	return sync.OnceFunc(func() { policy("DeleteRolePolicy", "") })
}

// causeOf returns what a function logged as the cause of an answer.
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
