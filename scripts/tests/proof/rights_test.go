package proof

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// grant is a right: an action on a resource.
type grant struct{ action, on string }

func roles() *iam.Client { return iam.NewFromConfig(cloud.Config()) }

// rights returns those of all policies of a role, as they are deployed.
func rights(t *testing.T, role string) (all []grant) {
	t.Helper()
	attached, err := roles().ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	require.NoError(t, err)
	assert.Empty(t, attached.AttachedPolicies)
	policies, err := roles().ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &role})
	require.NoError(t, err)
	for _, name := range policies.PolicyNames {
		policy, err := roles().GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &name})
		require.NoError(t, err)
		text, err := url.QueryUnescape(*policy.PolicyDocument)
		require.NoError(t, err)
		var document struct {
			Statement []struct {
				Action   []string
				Resource any // one ARN, or a list of them
			}
		}
		require.NoError(t, json.Unmarshal([]byte(text), &document), text)
		for _, s := range document.Statement {
			for _, action := range s.Action {
				all = append(all, grant{action, fmt.Sprint(s.Resource)})
			}
		}
	}
	return all
}

// onTable is a call of DynamoDB with the members of its input.
func onTable(operation, members string) harness.AWSCall {
	return harness.AWSCall{Service: "dynamodb", Target: "DynamoDB_20120810." + operation, Body: "{" + members + "}"}
}

// testDeployer checks that the deployer may read neither users, logs and secret nor what another
// version has.
func testDeployer(t *testing.T) {
	table := func(s *stage) string { return `"TableName":"` + s.prefix() + `"` }
	for name, call := range map[string]harness.AWSCall{
		"users":           onTable("Scan", table(local)),
		"a user":          onTable("GetItem", table(local)+`,"Key":{"id":{"S":"of nothing"}}`),
		"log":             {Service: "logs", Target: "Logs_20140328.FilterLogEvents", Body: `{"logGroupName":"/aws/lambda/` + local.prefix() + `-createUser"}`},
		"secret":          {Service: "secretsmanager", Target: "secretsmanager.GetSecretValue", Body: `{"SecretId":"` + local.secret(t).ARN + `"}`},
		"another version": onTable("DescribeTable", table(second)),
	} {
		call.Must(t, cloud.Config()) // the account's root may
		assert.Contains(t, call.Send(t, local.deployer).Body, "AccessDenied", name)
	}
}
