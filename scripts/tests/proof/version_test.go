package proof

import (
	"net/http"
	"regexp"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
)

// runs says whether the stage's functions run on this machine: for all stages but
// the laptop's they are Linux programs.
func (s *stage) runs() bool { return s == local || runtime.GOOS == "linux" }

// testVersion deploys another version beside the first, at the third try, with a
// partner that is metered.
func testVersion(t *testing.T) {
	second.fails(t, "secret users-api/v2 not found")
	second.createSecret(t)
	second.breaks(t, "UsersTable")
	second.fails(t, "Failing (AWS::SSM::Parameter)")
	second.mends(t)
	out := second.deploy(t)
	d := second.look(t)
	assert.ElementsMatch(t, all, d.updated(deployed{}))
	second.url = cloud.APIURL(d.API, second.name)
	second.call(t, client.Request{Method: "GET", Target: "/nothing"}).Fails(t, http.StatusNotFound)
	if second.runs() {
		metered(t, out)
	}
}

// fails checks that a first deployment fails for a reason, and leaves nothing behind
// that the next one stumbles over.
func (s *stage) fails(t *testing.T, reason string) {
	t.Helper()
	out, err := s.try(t, cloud.Environ(), s.deployment()...)
	require.Error(t, err, out)
	assert.Contains(t, out, reason)
	assert.Equal(t, []string{"bucket", "role", "stack"}, s.left(t).kinds(),
		"what a deployment begins with, and API Gateway's role for logs, which is retained")
}

// metered checks that a partner's key, which the deployment printed, is asked for,
// and held to its plan's limit, which is far below the stage's.
func metered(t *testing.T, printed string) {
	t.Helper()
	key := regexp.MustCompile(`users-api-v2-acme: (\S+)`).FindStringSubmatch(printed)
	require.Len(t, key, 2, printed)
	second.call(t, client.Request{Method: "GET", Target: "/users"}).Fails(t, http.StatusForbidden)
	second.header = map[string]string{"x-api-key": "of nobody"}
	second.call(t, client.Request{Method: "GET", Target: "/users"}).Fails(t, http.StatusForbidden)
	second.header["x-api-key"] = key[1]
	versionUser = second.create(t)
	assert.Positive(t, second.burst(t, client.Request{Method: "GET", Target: "/users"}))
	keyInHeader(t, key[1])
}

// keyInHeader shows where the emulator differs from Amazon: it takes a partner's key
// from x-api-key also where the authorizer is to name it.
func keyInHeader(t *testing.T, key string) {
	t.Helper()
	api := second.look(t).API
	_, err := gateway.UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{
		RestApiId: &api, PatchOperations: []gatewaytypes.PatchOperation{{
			Op: gatewaytypes.OpReplace, Path: aws.String("/apiKeySource"), Value: aws.String("AUTHORIZER"),
		}},
	})
	require.NoError(t, err)
	a := second.call(t, client.Request{Method: "GET", Target: "/users", Header: map[string]string{"x-api-key": key}})
	assert.NotEqual(t, http.StatusForbidden, a.Status, "Amazon refuses it: the authorizer has named no key")
}

// versionUser is a user of the second version.
var versionUser client.User

// testVersionsApart checks that each version has users of its own.
func testVersionsApart(t *testing.T) {
	user := local.create(t)
	assert.True(t, local.keeps(t, user))
	assert.False(t, second.keeps(t, user))
	if second.runs() {
		assert.True(t, second.keeps(t, versionUser))
		local.call(t, client.Request{Method: "GET", Target: "/users/" + versionUser.ID}).Fails(t, http.StatusNotFound)
	}
}

// keeps says whether a user is in the stage's table.
func (s *stage) keeps(t *testing.T, u client.User) bool {
	t.Helper()
	out, err := tables.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String(s.prefix()), Key: itemKey(u.ID),
	})
	require.NoError(t, err)
	return len(out.Item) > 0
}

func itemKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}
}
