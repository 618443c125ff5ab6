package proof

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
)

// testRemove removes one version, of which the table is retained, and then the other
// one, of which nothing is.
func testRemove(t *testing.T) {
	assert.Subset(t, second.left(t).kinds(), everyKind, "a test that finds nothing left has looked well")
	second.serverless(t, "remove")
	left := second.left(t)
	assert.Equal(t, []string{"role", "table"}, left.kinds())
	assert.Contains(t, left, "table users-api-v2")
	keepsLogRole(t, left)
	if second.runs() {
		assert.True(t, second.keeps(t, versionUser), "the users are kept")
	}

	user := local.create(t)
	local.serves(t, user)
	local.serverless(t, "remove")
	assert.Empty(t, local.left(t))
	a := client.Send(t, local.url, client.Request{Method: "GET", Target: "/users", Credential: client.Anonymous})
	assert.Equal(t, http.StatusNotFound, a.Status, a.Body)
}

// keepsLogRole checks that API Gateway, of which other services use the same account,
// can go on writing logs.
func keepsLogRole(t *testing.T, left leftovers) {
	t.Helper()
	account, err := gateway.GetAccount(t.Context(), &apigateway.GetAccountInput{})
	require.NoError(t, err)
	_, role, _ := strings.Cut(aws.ToString(account.CloudwatchRoleArn), ":role/")
	assert.Contains(t, left, "role "+role)
}

// leftovers are things of a stage, each as its kind and its name.
type leftovers []string

func (l leftovers) kinds() []string {
	var kinds []string
	for _, thing := range l {
		kind, _, _ := strings.Cut(thing, " ")
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// everyKind is what a deployed stage consists of.
var everyKind = []string{"api", "bucket", "function", "key", "log", "plan", "role", "stack", "table"}

// left is everything that is called as a stage is.
func (s *stage) left(t *testing.T) leftovers {
	t.Helper()
	var found leftovers
	add := func(kind string, names ...*string) {
		for _, name := range names {
			if strings.Contains(aws.ToString(name), s.prefix()) {
				found = append(found, kind+" "+aws.ToString(name))
			}
		}
	}
	addStacks(t, add)
	addGateway(t, add)
	addFunctions(t, add)
	addStores(t, add)
	return found
}

type adder = func(kind string, names ...*string)

func addStacks(t *testing.T, add adder) {
	t.Helper()
	out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	require.NoError(t, err)
	for _, stack := range out.Stacks {
		add("stack", stack.StackName)
	}
}

func addGateway(t *testing.T, add adder) {
	t.Helper()
	apis, err := gateway.GetRestApis(t.Context(), &apigateway.GetRestApisInput{})
	require.NoError(t, err)
	for _, api := range apis.Items {
		add("api", api.Name)
	}
	plans, err := gateway.GetUsagePlans(t.Context(), &apigateway.GetUsagePlansInput{})
	require.NoError(t, err)
	for _, plan := range plans.Items {
		add("plan", plan.Name)
	}
	keys, err := gateway.GetApiKeys(t.Context(), &apigateway.GetApiKeysInput{})
	var unread *smithy.DeserializationError
	if errors.As(err, &unread) { // the emulator writes a key's stages in a form of its own
		add("key", aws.String(second.prefix()))
		return
	}
	require.NoError(t, err)
	for _, key := range keys.Items {
		add("key", key.Name)
	}
}

func addFunctions(t *testing.T, add adder) {
	t.Helper()
	functions, err := lambdas.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	for _, f := range functions.Functions {
		add("function", f.FunctionName)
	}
	groups, err := logs.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	require.NoError(t, err)
	for _, group := range groups.LogGroups {
		add("log", group.LogGroupName)
	}
	found, err := roles.ListRoles(t.Context(), &iam.ListRolesInput{})
	require.NoError(t, err)
	for _, role := range found.Roles {
		add("role", role.RoleName)
	}
}

func addStores(t *testing.T, add adder) {
	t.Helper()
	kept, err := tables.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	add("table", aws.StringSlice(kept.TableNames)...)
	found, err := buckets.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	require.NoError(t, err)
	for _, bucket := range found.Buckets {
		add("bucket", bucket.Name)
	}
}
