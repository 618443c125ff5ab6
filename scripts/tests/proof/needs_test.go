package proof

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// The requests. of fills in the user's id and address, and call fills in a new address.
var (
	list = harness.Request{Method: "GET", Target: "/users"}
	get  = harness.Request{Method: "GET", Target: "/users/{id}"}
	post = harness.Request{Method: "POST", Target: "/users", Body: harness.UserBody("{new}")}
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
}

// collection is the first part of a path.
var collection = regexp.MustCompile(`^/[a-z0-9-]+`)

// testNeeds takes each right away from the function that has it, and checks that a request fails.
func testNeeds(t *testing.T) {
	for name, f := range local.look(t).functions {
		_, role, _ := strings.Cut(f.role, ":role/")
		for _, right := range rights(t, role) {
			switch {
			case strings.HasPrefix(right.action, "logs:"): // which the emulator does not check
				continue
			case name == "authorizer" && right == grant{"secretsmanager:GetSecretValue", local.secret(t).ARN}: // every request needs it
				continue
			}
			assert.Regexp(t, ":table/"+local.prefix()+`[\w/-]*$`, right.on, "%s may do %s with what is not its stage's", name, right.action)
			i := slices.IndexFunc(needs, func(n need) bool { return n.function == name && n.action == right.action })
			require.GreaterOrEqual(t, i, 0, "no request needs %s of %s: add one that does to needs in needs_test.go, or remove the action from serverless.yml", right.action, name)
			t.Run(name+" without "+right.action, func(t *testing.T) { needs[i].test(t, role) })
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
	local.call(t, r).Fails(t, http.StatusInternalServerError)
	giveBack()
	assert.Less(t, local.call(t, r).Status, 300, "with the right, it works")
}

// takeAway denies a role an action, until the function that it returns is called.
func takeAway(t *testing.T, role, action string) (giveBack func()) {
	t.Helper()
	policy, denial := aws.String("denied"), `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"`+action+`","Resource":"*"}]}`
	_, err := roles().PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &role, PolicyName: policy, PolicyDocument: &denial})
	require.NoError(t, err)
	return sync.OnceFunc(func() {
		_, err := roles().DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: policy})
		if _, gone := errors.AsType[*types.NoSuchEntityException](err); !gone { // as after a call whose answer was lost
			require.NoError(t, err)
		}
	})
}
