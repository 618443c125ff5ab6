package proof

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// grant is a right: an action on something.
type grant struct{ action, on string }

// resources are the resources of the probes, by their names in serverless.yml. No probe is of
// another table.
var resources = map[string]string{
	"map[Fn::GetAtt:[UsersTable Arn]]":                "table",
	"${self:custom.secret}":                           "secret",
	"map[Fn::Sub:${UsersTable.Arn}/index/byCreation]": "index",
}

var anotherTable = regexp.MustCompile(`\w+Table`)

// grants returns the rights of a function in serverless.yml.
func grants(t *testing.T, function string) (all []grant) {
	t.Helper()
	for _, s := range functions[function].Statements {
		require.Equal(t, "Allow", s.Effect)
		resource := fmt.Sprint(s.Resource)
		on := cmp.Or(resources[resource], anotherTable.FindString(resource))
		require.NotEmpty(t, on, "%s has rights to %v: add it to resources in rights_test.go", function, s.Resource)
		for _, action := range s.Action {
			all = append(all, grant{action, on})
		}
	}
	return all
}

// onTable is a call of DynamoDB with the members of its input.
func onTable(operation, members string) harness.AWSCall {
	return harness.AWSCall{Service: "dynamodb", Target: "DynamoDB_20120810." + operation, Body: "{" + members + "}"}
}

// onSecret is a call that reads a secret.
func onSecret(arn string) harness.AWSCall {
	return harness.AWSCall{Service: "secretsmanager", Target: "secretsmanager.GetSecretValue", Body: `{"SecretId":"` + arn + `"}`}
}

const (
	this   = `"TableName":"users-api-local"`
	other  = `"TableName":"users-api-v2"`
	noKey  = `"Key":{"id":{"S":"of nothing"}}`
	noItem = `"Item":{"id":{"S":"of nothing"}}`
	// never is a condition that does not hold, so a write with it writes nothing.
	never  = `"ConditionExpression":"attribute_exists(id) AND attribute_not_exists(id)"`
	change = `"UpdateExpression":"SET age = :age","ExpressionAttributeValues":{":age":{"N":"1"}}`
	byID   = `"KeyConditionExpression":"id = :id","ExpressionAttributeValues":{":id":{"S":"of nothing"}}`
	first  = `"IndexName":"byCreation","KeyConditionExpression":"listShard = :n","ExpressionAttributeValues":{":n":{"N":"0"}}`
)

// probes returns calls that change nothing, by the right that they need. The secrets are named by
// their ARNs.
func probes(secret, anotherSecret string) map[grant]harness.AWSCall {
	return map[grant]harness.AWSCall{
		{"dynamodb:GetItem", "table"}:                        onTable("GetItem", this+","+noKey),
		{"dynamodb:PutItem", "table"}:                        onTable("PutItem", this+","+noItem+","+never),
		{"dynamodb:UpdateItem", "table"}:                     onTable("UpdateItem", this+","+noKey+","+change+","+never),
		{"dynamodb:DeleteItem", "table"}:                     onTable("DeleteItem", this+","+noKey+","+never),
		{"dynamodb:ConditionCheckItem", "table"}:             onTable("TransactWriteItems", `"TransactItems":[{"ConditionCheck":{`+this+","+noKey+","+never+`}}]`),
		{"dynamodb:BatchGetItem", "table"}:                   onTable("BatchGetItem", `"RequestItems":{"users-api-local":{"Keys":[{"id":{"S":"of nothing"}}]}}`),
		{"dynamodb:BatchWriteItem", "table"}:                 onTable("BatchWriteItem", `"RequestItems":{"users-api-local":[{"DeleteRequest":{`+noKey+`}}]}`),
		{"dynamodb:Query", "table"}:                          onTable("Query", this+","+byID),
		{"dynamodb:Query", "index"}:                          onTable("Query", this+","+first),
		{"dynamodb:Scan", "table"}:                           onTable("Scan", this),
		{"dynamodb:Scan", "index"}:                           onTable("Scan", this+`,"IndexName":"byCreation"`),
		{"dynamodb:PartiQLSelect", "table"}:                  onTable("ExecuteStatement", `"Statement":"SELECT * FROM \"users-api-local\" WHERE id = 'of nothing'"`),
		{"dynamodb:DescribeTable", "table"}:                  onTable("DescribeTable", this),
		{"dynamodb:GetItem", "another version"}:              onTable("GetItem", other+","+noKey),
		{"dynamodb:DeleteItem", "another version"}:           onTable("DeleteItem", other+","+noKey+","+never),
		{"secretsmanager:GetSecretValue", "secret"}:          onSecret(secret),
		{"secretsmanager:GetSecretValue", "another version"}: onSecret(anotherSecret),
		{"lambda:GetFunctionConfiguration", "authorizer"}:    {Service: "lambda", Path: "2015-03-31/functions/users-api-local-authorizer/configuration"},
		{"logs:FilterLogEvents", "log"}:                      {Service: "logs", Target: "Logs_20140328.FilterLogEvents", Body: `{"logGroupName":"/aws/lambda/users-api-local-createUser"}`},
	}
}

// testRights makes all probes with the role of each function: it may do only what serverless.yml
// grants. Rights to write logs have no probe: the emulator does not check them. The stage's deployer
// may read neither users, logs and secret nor what another version has.
func testRights(t *testing.T) {
	deployed := local.look(t).functions
	all := probes(local.secret(t).ARN, second.secret(t).ARN)
	assert.Len(t, allowed(t, cloud.Config(), all), len(all), "the account's root may do everything")
	for name := range functions {
		rights := slices.DeleteFunc(grants(t, name), func(g grant) bool { return all[g] == harness.AWSCall{} })
		assert.ElementsMatch(t, rights, allowed(t, assume(t, deployed[name].role), all), name)
	}
	assert.ElementsMatch(t, []grant{{"dynamodb:DescribeTable", "table"}, {"lambda:GetFunctionConfiguration", "authorizer"}},
		allowed(t, local.deployer, all), "the deployer")
}

// assume takes a function's role. The emulator gives any role to the account's root; at Amazon only
// Lambda may take these.
func assume(t *testing.T, role string) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(cloud.Config()).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("proof")})
	require.NoError(t, err)
	return harness.As(cloud.Config(), out.Credentials)
}

// allowed makes all calls and returns the rights of those that are not denied. AWS checks the condition
// of a write only after that.
func allowed(t *testing.T, cfg aws.Config, calls map[grant]harness.AWSCall) (rights []grant) {
	t.Helper()
	for right, call := range calls {
		a := call.Send(t, cfg)
		if a.Status == http.StatusOK || strings.Contains(a.Body, "ConditionalCheckFailed") {
			rights = append(rights, right)
		} else {
			assert.Contains(t, a.Body, "AccessDenied", "%s", right)
		}
	}
	return rights
}
