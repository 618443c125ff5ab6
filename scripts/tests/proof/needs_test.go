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

// The requests. of fills in the user's id and address, and call fills in a new address.
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

// of fills in the user's id and address.
func of(u harness.User, r harness.Request) harness.Request {
	fill := strings.NewReplacer("{id}", u.ID, "{email}", u.Email)
	r.Target, r.Body = fill.Replace(r.Target), fill.Replace(r.Body)
	return r
}

// need is a request that fails if its function lacks a right.
type need struct {
	function, action string
	harness.Request
}

var needs = []need{
	{function: "listUsers", action: "dynamodb:Query", Request: list},
	{function: "listUsers", action: "dynamodb:GetItem", Request: search},
	{function: "getUser", action: "dynamodb:GetItem", Request: get},
	{function: "createUser", action: "dynamodb:PutItem", Request: post},
	{function: "updateUser", action: "dynamodb:GetItem", Request: putAge},
	{function: "updateUser", action: "dynamodb:PutItem", Request: putAge},
	{function: "updateUser", action: "dynamodb:DeleteItem", Request: putAddress}, // the old address's reservation
	{function: "deleteUser", action: "dynamodb:GetItem", Request: remove},
	{function: "deleteUser", action: "dynamodb:DeleteItem", Request: remove},
	{function: "authorizer", action: "secretsmanager:GetSecretValue", Request: list},
}

// testNeeds takes each right away from the function that has it, and checks that a request fails.
func testNeeds(t *testing.T) {
	deployed := local.look(t).Functions
	for name := range functions {
		for _, g := range grants(t, name) {
			i := slices.IndexFunc(needs, func(n need) bool { return n.function == name && n.action == g.action })
			require.GreaterOrEqual(t, i, 0, "no request needs %s of %s: add one that does to needs in needs_test.go, or remove the action from serverless.yml", g.action, name)
			test := needs[i].test
			if name == "authorizer" {
				test = needs[i].testAuthorizer
			}
			t.Run(name+" without "+g.action, func(t *testing.T) { test(t, deployed[name].Role) })
		}
	}
}

func (n need) test(t *testing.T, role string) {
	user := local.create(t)
	giveBack := takeAway(t, role, n.action)
	defer giveBack()
	a := local.call(t, of(user, n.Request))
	a.Fails(t, http.StatusInternalServerError)
	assert.Contains(t, causeOf(t, n.function, a), "is not authorized to perform: "+n.action)
	giveBack()
	assert.Less(t, local.call(t, of(user, n.Request)).Status, 300, "with the right, it works")
}

// testAuthorizer checks that the authorizer, which an unknown API key causes to read its secret, logs
// why it cannot, and that the secret that it knows serves on.
func (n need) testAuthorizer(t *testing.T, role string) {
	defer takeAway(t, role, n.action)()
	harness.Eventually(t, func() bool {
		harness.Send(t, local.url, harness.Request{Method: "GET", Target: "/users", Credential: "ApiKey unknown"}).Fails(t, http.StatusUnauthorized)
		return local.logged(t, "authorizer", "is not authorized to perform: "+n.action) != ""
	}, "the log says why")
	assert.Equal(t, http.StatusOK, local.call(t, n.Request).Status)
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
