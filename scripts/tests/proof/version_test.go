package proof

import (
	"maps"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// secondRuns reports whether the second stage's functions, which are for Linux, run here.
const secondRuns = runtime.GOOS == "linux"

// testVersion deploys another version, with a metered partner, at the second try. The first one leaves
// only the stack and the bucket, with which it begins, and API Gateway's role for logs, which is
// retained.
func testVersion(t *testing.T) {
	second.tree.Command(t, "sh", "-c", packageWithoutAccount, "sh", t.TempDir())
	second.createDeployer(t)
	mend := second.breakAfter(t, "UsersTable")
	_, err := second.run(t, second.deployment()...)
	assert.ErrorContains(t, err, "Failing (AWS::SSM::Parameter)")
	assert.Equal(t, []string{"bucket", "role", "stack"}, kinds(second.left(t)))
	mend()

	out := second.deploy(t)
	assert.True(t, second.tableIsProtected(t))
	assert.ElementsMatch(t, slices.Collect(maps.Keys(functions)), second.look(t).changedFunctions(deployed{}))
	second.call(t, harness.Request{Method: "GET", Target: "/nothing"}).Fails(t, http.StatusNotFound)
	if secondRuns {
		assertMetered(t, out)
	}
}

// packageWithoutAccount packages without an AWS account, on a machine without a network. The modules
// that Go has downloaded are there.
const packageWithoutAccount = `env -i PATH="$PATH" HOME="$1" GOCACHE="$(go env GOCACHE)" GOMODCACHE="$(go env GOMODCACHE)" \
	HTTPS_PROXY=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 npx --no-install serverless package --stage v2`

// tableIsProtected reports whether DynamoDB refuses to delete the stage's table.
func (s *stage) tableIsProtected(t *testing.T) bool {
	t.Helper()
	return strings.Contains(onTable("DescribeTable", `"TableName":"`+s.prefix()+`"`).Must(t, cloud.Config()), `"DeletionProtectionEnabled": true`)
}

// assertMetered checks that a partner's key, which the deployment printed, is required, and that its
// plan's limit applies, which is far below the stage's.
func assertMetered(t *testing.T, printed string) {
	t.Helper()
	second.call(t, list).Fails(t, http.StatusForbidden)
	second.header = map[string]string{"x-api-key": "of nobody"}
	second.call(t, list).Fails(t, http.StatusForbidden)
	second.header["x-api-key"] = partnerKey(t, printed)
	versionUser = second.create(t)
	refused := second.call(t, harness.Request{Method: "POST", Target: "/users", Body: "{}"}).Fails(t, http.StatusBadRequest)
	assert.Equal(t, "body", refused.Details[0].Field, "API Gateway refuses it")
	harness.Eventually(t, func() bool { return second.tooMany(t, list) > 0 }, "some are refused")
}

// partnerKey returns the partner's key, which a deployment printed.
func partnerKey(t *testing.T, printed string) string {
	t.Helper()
	key := regexp.MustCompile(`users-api-v2-acme: (\S+)`).FindStringSubmatch(printed)
	require.Len(t, key, 2, printed)
	return key[1]
}

var versionUser harness.User

// testVersionsApart checks that each version has users of its own, and a deployer of its own.
func testVersionsApart(t *testing.T) {
	stranger := &stage{name: second.name, tree: second.tree, deployer: local.deployer}
	_, err := stranger.run(t, "remove")
	assert.ErrorContains(t, err, "is not authorized to perform")
	if secondRuns {
		local.call(t, of(versionUser, get)).Fails(t, http.StatusNotFound)
		second.call(t, of(local.create(t), get)).Fails(t, http.StatusNotFound)
		second.serves(t, versionUser)
	}
}

// testRemove removes one version, whose table, secret and logs are retained, and deploys it again. Then it
// removes the other one, of which nothing is retained.
func testRemove(t *testing.T) {
	assert.Subset(t, kinds(second.left(t)), []string{"api", "bucket", "function", "key", "log", "plan", "role", "secret", "stack", "table"}, "the search finds them")
	second.serverless(t, "remove")
	left := second.left(t)
	assert.Equal(t, []string{"log", "role", "secret", "table"}, kinds(left))
	assert.Contains(t, left, "table users-api-v2")
	// API Gateway has one role for its logs, which other services of the account use too.
	account := harness.AWSCall{Service: "apigateway", Path: "account"}
	role := regexp.MustCompile(`:role/([\w-]+)`).FindStringSubmatch(account.Must(t, cloud.Config()))
	require.NotNil(t, role)
	assert.Contains(t, left, "role "+role[1])
	testAdoption(t, left)
	assert.Contains(t, account.Must(t, cloud.Config()), role[1])

	local.serves(t, local.create(t))
	local.serverless(t, "remove")
	assert.Empty(t, local.left(t))
	a := harness.Send(t, local.url(), list)
	assert.Equal(t, http.StatusNotFound, a.Status, a.Body)
}

// testAdoption deploys a version again. The new stack must adopt what the removed one left, and cannot
// be removed.
func testAdoption(t *testing.T, left []string) {
	out := second.deploy(t, "terminationProtection=true")
	assert.Subset(t, second.left(t), left)
	assert.True(t, second.tableIsProtected(t))
	if secondRuns {
		second.header["x-api-key"] = partnerKey(t, out)
		second.serves(t, versionUser)
	}
	_, err := second.run(t, "remove")
	assert.ErrorContains(t, err, "deletion protection is enabled")
}

// listings are calls that list all resources, by kind.
var listings = map[string]harness.AWSCall{
	"api":      {Service: "apigateway", Path: "restapis"},
	"bucket":   {Service: "s3"},
	"function": {Service: "lambda", Path: "2015-03-31/functions/"},
	"key":      {Service: "apigateway", Path: "apikeys"},
	"log":      {Service: "logs", Target: "Logs_20140328.DescribeLogGroups", Body: "{}"},
	"plan":     {Service: "apigateway", Path: "usageplans"},
	"role":     {Service: "iam", Body: "Action=ListRoles&Version=2010-05-08"},
	"secret":   {Service: "secretsmanager", Target: "secretsmanager.ListSecrets", Body: "{}"},
	"stack":    {Service: "cloudformation", Body: "Action=DescribeStacks&Version=2010-05-15"},
	"table":    {Service: "dynamodb", Target: "DynamoDB_20120810.ListTables", Body: "{}"},
}

// left returns the resources whose names have the stage's prefix, each as its kind and its name.
func (s *stage) left(t *testing.T) (all []string) {
	t.Helper()
	names := regexp.MustCompile(`[^\w-](` + s.prefix() + `[\w-]*)`) // deploy-<prefix> is the deployer's role
	for kind, listing := range listings {
		for _, name := range names.FindAllStringSubmatch(listing.Must(t, cloud.Config()), -1) {
			all = append(all, kind+" "+name[1])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func kinds(left []string) (all []string) {
	for _, thing := range left {
		kind, _, _ := strings.Cut(thing, " ")
		all = append(all, kind)
	}
	return slices.Compact(all)
}
