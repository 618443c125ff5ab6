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

// probe is a call that changes nothing, and the right that it needs.
type probe struct {
	name string
	grant
	harness.AWSCall
}

// onTable is a call of DynamoDB with the members of its input.
func onTable(operation, members string) harness.AWSCall {
	return harness.AWSCall{Service: "dynamodb", Target: "DynamoDB_20120810." + operation, Body: "{" + members + "}"}
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

func transaction(write string) harness.AWSCall {
	return onTable("TransactWriteItems", `"TransactItems":[{`+write+`}]`)
}

var probes = []probe{
	{name: "GetItem", grant: grant{action: "dynamodb:GetItem", on: "table"}, AWSCall: onTable("GetItem", this+","+noKey)},
	{name: "PutItem", grant: grant{action: "dynamodb:PutItem", on: "table"}, AWSCall: onTable("PutItem", this+","+noItem+","+never)},
	{name: "UpdateItem", grant: grant{action: "dynamodb:UpdateItem", on: "table"}, AWSCall: onTable("UpdateItem", this+","+noKey+","+change+","+never)},
	{name: "DeleteItem", grant: grant{action: "dynamodb:DeleteItem", on: "table"}, AWSCall: onTable("DeleteItem", this+","+noKey+","+never)},
	{name: "Put in a transaction", grant: grant{action: "dynamodb:PutItem", on: "table"}, AWSCall: transaction(`"Put":{` + this + "," + noItem + "," + never + `}`)},
	{name: "Delete in a transaction", grant: grant{action: "dynamodb:DeleteItem", on: "table"}, AWSCall: transaction(`"Delete":{` + this + "," + noKey + "," + never + `}`)},
	{name: "Update in a transaction", grant: grant{action: "dynamodb:UpdateItem", on: "table"}, AWSCall: transaction(`"Update":{` + this + "," + noKey + "," + change + "," + never + `}`)},
	{name: "check in a transaction", grant: grant{action: "dynamodb:ConditionCheckItem", on: "table"}, AWSCall: transaction(`"ConditionCheck":{` + this + "," + noKey + "," + never + `}`)},
	{name: "TransactGetItems", grant: grant{action: "dynamodb:GetItem", on: "table"}, AWSCall: onTable("TransactGetItems", `"TransactItems":[{"Get":{`+this+","+noKey+`}}]`)},
	{name: "BatchGetItem", grant: grant{action: "dynamodb:BatchGetItem", on: "table"}, AWSCall: onTable("BatchGetItem", `"RequestItems":{"users-api-local":{"Keys":[{"id":{"S":"of nothing"}}]}}`)},
	{name: "BatchWriteItem", grant: grant{action: "dynamodb:BatchWriteItem", on: "table"}, AWSCall: onTable("BatchWriteItem", `"RequestItems":{"users-api-local":[{"DeleteRequest":{`+noKey+`}}]}`)},
	{name: "Query of the table", grant: grant{action: "dynamodb:Query", on: "table"}, AWSCall: onTable("Query", this+","+byID)},
	{name: "Query of the index", grant: grant{action: "dynamodb:Query", on: "index"}, AWSCall: onTable("Query", this+","+first)},
	{name: "Scan of the table", grant: grant{action: "dynamodb:Scan", on: "table"}, AWSCall: onTable("Scan", this)},
	{name: "Scan of the index", grant: grant{action: "dynamodb:Scan", on: "index"}, AWSCall: onTable("Scan", this+`,"IndexName":"byCreation"`)},
	{name: "PartiQL", grant: grant{action: "dynamodb:PartiQLSelect", on: "table"}, AWSCall: onTable("ExecuteStatement", `"Statement":"SELECT * FROM \"users-api-local\" WHERE id = 'of nothing'"`)},
	{name: "DescribeTable", grant: grant{action: "dynamodb:DescribeTable", on: "table"}, AWSCall: onTable("DescribeTable", this)},
	{name: "GetItem of another version", grant: grant{action: "dynamodb:GetItem", on: "another version"}, AWSCall: onTable("GetItem", other+","+noKey)},
	{name: "DeleteItem of another version", grant: grant{action: "dynamodb:DeleteItem", on: "another version"}, AWSCall: onTable("DeleteItem", other+","+noKey+","+never)},
	{name: "reading the secret", grant: grant{action: "secretsmanager:GetSecretValue", on: "secret"},
		AWSCall: harness.AWSCall{Service: "secretsmanager", Target: "secretsmanager.GetSecretValue", Body: `{"SecretId":"{secret of local}"}`}},
	{name: "reading the secret of another version", grant: grant{action: "secretsmanager:GetSecretValue", on: "another version"},
		AWSCall: harness.AWSCall{Service: "secretsmanager", Target: "secretsmanager.GetSecretValue", Body: `{"SecretId":"{secret of v2}"}`}},
	{name: "reading the authorizer's environment", grant: grant{action: "lambda:GetFunctionConfiguration", on: "authorizer"},
		AWSCall: harness.AWSCall{Service: "lambda", Path: "2015-03-31/functions/users-api-local-authorizer/configuration"}},
	{name: "reading logs", grant: grant{action: "logs:FilterLogEvents", on: "log"},
		AWSCall: harness.AWSCall{Service: "logs", Target: "Logs_20140328.FilterLogEvents", Body: `{"logGroupName":"/aws/lambda/users-api-local-createUser"}`}},
}

// testRights makes all probes with the role of each function: it may do only what serverless.yml
// grants. Rights to write logs have no probe: the emulator does not check them. The stage's deployer
// may read neither users, logs and secret nor what another version has.
func testRights(t *testing.T) {
	deployed := local.look(t).Functions
	fill := strings.NewReplacer("{secret of local}", local.secret(t).ARN, "{secret of v2}", second.secret(t).ARN)
	for i := range probes {
		probes[i].Body = fill.Replace(probes[i].Body)
	}
	for _, p := range probes {
		require.Equal(t, "allowed", p.outcome(t, cloud.Config()), "%s by the account's root", p.name)
	}
	for name := range functions {
		assertRights(t, name, assume(t, deployed[name].Role), grants(t, name))
	}
	assertRights(t, "the deployer", local.deployer, []grant{{"dynamodb:DescribeTable", "table"}, {"lambda:GetFunctionConfiguration", "authorizer"}})
}

// assertRights checks that a principal has these rights and no others.
func assertRights(t *testing.T, name string, cfg aws.Config, rights []grant) {
	t.Helper()
	for _, p := range probes {
		want := "denied"
		if slices.Contains(rights, p.grant) {
			want = "allowed"
		}
		assert.Equal(t, want, p.outcome(t, cfg), "%s by %s", p.name, name)
	}
}

// assume takes a function's role. The emulator gives any role to the account's root; at Amazon only
// Lambda may take these.
func assume(t *testing.T, role string) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(cloud.Config()).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("proof")})
	require.NoError(t, err)
	return harness.As(cloud.Config(), out.Credentials)
}

// outcome says whether the call is allowed. AWS checks its condition only after that.
func (p probe) outcome(t *testing.T, cfg aws.Config) string {
	t.Helper()
	status, body := p.Send(t, cfg)
	switch {
	case status == http.StatusOK, strings.Contains(body, "ConditionalCheckFailed"):
		return "allowed"
	case strings.Contains(body, "AccessDenied"):
		return "denied"
	}
	return body
}
