package proof

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// testRemove removes one version, of which the table is retained, and then the other
// one, of which nothing is.
func testRemove(t *testing.T) {
	assert.Subset(t, kinds(second.left(t)), []string{"api", "bucket", "function", "key", "log", "plan", "role", "stack", "table"}, "the search finds what is there")
	second.serverless(t, "remove")
	left := second.left(t)
	assert.Equal(t, []string{"role", "table"}, kinds(left))
	assert.Contains(t, left, "table users-api-v2")
	if second.runs() {
		assert.True(t, second.has(t, versionUser), "the users are kept")
	}
	// API Gateway has one role for its logs, which other services of the account use too.
	role := regexp.MustCompile(`:role/([\w-]+)`).FindStringSubmatch(awsCall{service: "apigateway", path: "account"}.must(t))
	require.NotNil(t, role)
	assert.Contains(t, left, "role "+role[1])

	local.serves(t, local.create(t))
	local.serverless(t, "remove")
	assert.Empty(t, local.left(t))
	a := harness.Send(t, local.url, list)
	assert.Equal(t, http.StatusNotFound, a.Status, a.Body)
}

// listings are calls that list all that there is, by kind.
var listings = map[string]awsCall{
	"api":      {service: "apigateway", path: "restapis"},
	"bucket":   {service: "s3"},
	"function": {service: "lambda", path: "2015-03-31/functions/"},
	"key":      {service: "apigateway", path: "apikeys"},
	"log":      {service: "logs", target: "Logs_20140328.DescribeLogGroups", body: "{}"},
	"plan":     {service: "apigateway", path: "usageplans"},
	"role":     {service: "iam", body: "Action=ListRoles&Version=2010-05-08"},
	"stack":    {service: "cloudformation", body: "Action=DescribeStacks&Version=2010-05-15"},
	"table":    {service: "dynamodb", target: "DynamoDB_20120810.ListTables", body: "{}"},
}

// left is what has a name that begins as all of the stage's do, each as its kind and
// the name.
func (s *stage) left(t *testing.T) (all []string) {
	t.Helper()
	names := regexp.MustCompile(s.prefix() + `[\w-]*`)
	for kind, listing := range listings {
		for _, name := range names.FindAllString(listing.must(t), -1) {
			all = append(all, kind+" "+name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// kinds are the kinds of things that are left.
func kinds(left []string) (all []string) {
	for _, thing := range left {
		kind, _, _ := strings.Cut(thing, " ")
		all = append(all, kind)
	}
	return slices.Compact(all)
}
