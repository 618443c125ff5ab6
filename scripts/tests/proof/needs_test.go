package proof

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
)

// need is what a function has a right for: a request that fails without it, and one
// that does not need it, where there is one.
type need struct {
	function, action string
	fails, works     func(client.User) client.Request
}

var needs = []need{
	{"listUsers", "dynamodb:Query", list, search},
	{"listUsers", "dynamodb:GetItem", search, list},
	{"getUser", "dynamodb:GetItem", get, nil},
	{"createUser", "dynamodb:PutItem", post, nil},
	{"updateUser", "dynamodb:GetItem", putAge, nil},
	{"updateUser", "dynamodb:PutItem", putAge, nil},
	// The reservation of an address is given up only when there is another one.
	{"updateUser", "dynamodb:DeleteItem", putAddress, putAge},
	{"deleteUser", "dynamodb:GetItem", remove, nil},
	{"deleteUser", "dynamodb:DeleteItem", remove, nil},
}

func list(client.User) client.Request { return client.Request{Method: "GET", Target: "/users"} }

func search(u client.User) client.Request {
	return client.Request{Method: "GET", Target: "/users?email=" + url.QueryEscape(u.Email)}
}

func get(u client.User) client.Request {
	return client.Request{Method: "GET", Target: "/users/" + u.ID}
}

func post(client.User) client.Request {
	return client.Request{Method: "POST", Target: "/users", Body: client.Input(client.Address())}
}

func putAge(u client.User) client.Request {
	return client.Request{Method: "PUT", Target: "/users/" + u.ID, Body: client.Input(u.Email)}
}

func putAddress(u client.User) client.Request {
	return client.Request{Method: "PUT", Target: "/users/" + u.ID, Body: client.Input(client.Address())}
}

func remove(u client.User) client.Request {
	return client.Request{Method: "DELETE", Target: "/users/" + u.ID}
}

// testNeeds takes each right away from the function that has it, and has a request
// fail: no function has one too many.
func testNeeds(t *testing.T) {
	functions := local.look(t).Functions
	for name, granted := range grants(t) {
		for _, g := range granted {
			i := slices.IndexFunc(needs, func(n need) bool { return n.function == name && n.action == g.Action })
			require.GreaterOrEqual(t, i, 0, "nobody knows what %s needs %s for: take it away, or name a request here", name, g.Action)
			t.Run(name+" without "+g.Action, func(t *testing.T) { needs[i].test(t, functions[name].Role) })
		}
	}
}

func (n need) test(t *testing.T, role string) {
	user := local.create(t)
	giveBack := takeAway(t, role, n.action)
	defer giveBack()
	a := local.call(t, n.fails(user))
	a.Fails(t, http.StatusInternalServerError)
	assert.Contains(t, failureOf(t, n.function, a), "is not authorized to perform: "+n.action)
	if n.works != nil {
		assert.Less(t, local.call(t, n.works(user)).Status, 300)
	}
	giveBack()
	assert.Less(t, local.call(t, n.fails(user)).Status, 300, "with the right, it works")
}

// testLogsOfNoRight shows where the emulator differs from Amazon, which would lose
// the line of a function that may not write logs.
func testLogsOfNoRight(t *testing.T) {
	defer takeAway(t, local.look(t).Functions["getUser"].Role, "logs:PutLogEvents")()
	a := local.call(t, get(client.User{ID: uuid.NewString()}))
	a.Fails(t, http.StatusNotFound)
	assert.NotEmpty(t, failureOf(t, "getUser", a))
}

// takeAway takes an action out of a role's policy, until the function that it returns
// is called.
func takeAway(t *testing.T, arn, action string) (giveBack func()) {
	t.Helper()
	_, role, _ := strings.Cut(arn, ":role/")
	policies, err := roles.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &role})
	require.NoError(t, err)
	require.Len(t, policies.PolicyNames, 1)
	name := &policies.PolicyNames[0]
	out, err := roles.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: &role, PolicyName: name})
	require.NoError(t, err)
	document, err := url.QueryUnescape(aws.ToString(out.PolicyDocument))
	require.NoError(t, err)
	put := func(document string) {
		_, err := roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &role, PolicyName: name, PolicyDocument: &document})
		require.NoError(t, err)
	}
	put(without(t, document, action))
	return func() { put(document) }
}

// without is a policy without an action.
func without(t *testing.T, document, action string) string {
	t.Helper()
	type statement struct {
		Effect   string
		Action   []string
		Resource any
	}
	var policy struct {
		Version   string
		Statement []statement
	}
	require.NoError(t, json.Unmarshal([]byte(document), &policy))
	for i := range policy.Statement {
		s := &policy.Statement[i]
		s.Action = slices.DeleteFunc(s.Action, func(a string) bool { return a == action })
	}
	policy.Statement = slices.DeleteFunc(policy.Statement, func(s statement) bool { return len(s.Action) == 0 })
	shorter, err := json.Marshal(policy)
	require.NoError(t, err)
	assert.NotContains(t, string(shorter), action)
	return string(shorter)
}

// failureOf is what a function logged as the cause of an answer.
func failureOf(t *testing.T, function string, a client.Answer) string {
	t.Helper()
	id := a.Header.Get("X-Correlation-Id")
	require.NotEmpty(t, id)
	var line struct{ Error string }
	eventually(t, func() bool {
		return json.Unmarshal([]byte(local.logged(t, function, id)), &line) == nil
	}, "the log has a line for it")
	return line.Error
}
