package proof

import (
	"maps"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// runs reports whether a stage's functions run on this machine: all but those of the
// laptop's stage are Linux programs.
func (s *stage) runs() bool { return s == local || runtime.GOOS == "linux" }

// testVersion deploys another version beside the first at the third try, with a partner
// that is metered.
func testVersion(t *testing.T) {
	second.packageWithoutAccount(t)
	assert.ErrorContains(t, second.failsToDeploy(t), "secret users-api/v2 not found")
	assertNothingInTheWay(t)
	second.createSecret(t)
	mend := second.breakAfter(t, "UsersTable")
	assert.ErrorContains(t, second.failsToDeploy(t), "Failing (AWS::SSM::Parameter)")
	assertNothingInTheWay(t)
	mend()

	out := second.deploy(t)
	d := second.look(t)
	assert.ElementsMatch(t, slices.Collect(maps.Keys(functions)), d.changed(deployed{}))
	second.url = cloud.APIURL(d.API, second.name)
	second.call(t, harness.Request{Method: "GET", Target: "/nothing"}).Fails(t, http.StatusNotFound)
	if second.runs() {
		assertMetered(t, out)
	}
}

// assertNothingInTheWay checks that a first deployment that failed left nothing but what
// a deployment begins with, and API Gateway's role for logs, which is retained.
func assertNothingInTheWay(t *testing.T) {
	t.Helper()
	assert.Equal(t, []string{"bucket", "role", "stack"}, kinds(second.left(t)))
}

// assertMetered checks that a partner's key, which the deployment printed, is required,
// and held to its plan's limit, which is far below the stage's.
func assertMetered(t *testing.T, printed string) {
	t.Helper()
	key := regexp.MustCompile(`users-api-v2-acme: (\S+)`).FindStringSubmatch(printed)
	require.Len(t, key, 2, printed)
	second.call(t, list).Fails(t, http.StatusForbidden)
	second.header = map[string]string{"x-api-key": "of nobody"}
	second.call(t, list).Fails(t, http.StatusForbidden)
	second.header["x-api-key"] = key[1]
	versionUser = second.create(t)
	harness.Eventually(t, func() bool { return second.tooMany(t, list) > 0 }, "some are refused")

	// The emulator takes a partner's key from x-api-key also where the authorizer is to
	// name it.
	api := second.look(t).API
	_, err := apigateway.NewFromConfig(cloud.Config()).UpdateRestApi(t.Context(), &apigateway.UpdateRestApiInput{RestApiId: &api, PatchOperations: []types.PatchOperation{
		{Op: types.OpReplace, Path: aws.String("/apiKeySource"), Value: aws.String("AUTHORIZER")},
	}})
	require.NoError(t, err)
	assert.NotEqual(t, http.StatusForbidden, second.call(t, list).Status, "Amazon refuses it: the authorizer has named no key")
}

// versionUser is a user of the second version.
var versionUser harness.User

// testVersionsApart checks that each version has users of its own.
func testVersionsApart(t *testing.T) {
	user := local.create(t)
	assert.True(t, local.has(t, user))
	assert.False(t, second.has(t, user))
	if second.runs() {
		assert.True(t, second.has(t, versionUser))
		local.call(t, of(versionUser, get)).Fails(t, http.StatusNotFound)
	}
}

// has reports whether a user is in the stage's table.
func (s *stage) has(t *testing.T, u harness.User) bool {
	t.Helper()
	item := onTable("GetItem", `"TableName":"`+s.prefix()+`","Key":{"id":{"S":"`+u.ID+`"}}`).must(t)
	return strings.Contains(item, `"Item"`)
}

// testLogs follows a log, and has lines written until it shows one of them: the command
// begins with the last seconds before it is ready.
func testLogs(t *testing.T) {
	tail, err := local.tree.Start(cloud.Environ(), "npx", local.command("logs", "-f", "getUser", "--tail")...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tail.Interrupt()) })
	var written []string
	harness.Eventually(t, func() bool {
		written = append(written, local.call(t, getNobody).Header.Get("X-Correlation-Id"))
		return slices.ContainsFunc(written, func(id string) bool { return strings.Contains(tail.Out.Text(), id) })
	}, "the log is followed")
}

// packageWithoutAccount packages a stage as a user without an AWS account does, on a
// machine without a network. What Go has downloaded is there.
func (s *stage) packageWithoutAccount(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	require.NoError(t, err)
	caches := strings.Fields(string(out))
	const nobodyListens = "http://127.0.0.1:9"
	_, err = s.tree.Run(t.Context(), []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GOCACHE=" + caches[0], "GOMODCACHE=" + caches[1],
		"HTTPS_PROXY=" + nobodyListens, "HTTP_PROXY=" + nobodyListens,
	}, "npx", s.command("package")...)
	require.NoError(t, err)
}
