package e2e

import (
	"crypto/ed25519"
	"crypto/rand"
	"debug/buildinfo"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// testFlags runs `make dev` with the flags that change what it deploys, and without them again.
func testFlags(t *testing.T) {
	ordinary := deployed(t)
	restart(t, "DEBUG=getUser", "ISSUER=1")
	t.Run("DEBUG", func(t *testing.T) { testDebug(t, ordinary) })
	t.Run("ISSUER", testIssuer)
	restart(t)
	assert.Equal(t, ordinary, deployed(t))
}

func restart(t *testing.T, flags ...string) {
	t.Helper()
	require.NoError(t, dev.Interrupt())
	startDev(t, flags...)
}

// function is what a debugger's build changes of a function.
type function struct {
	code    string // its digest
	timeout int32
}

func deployed(t *testing.T) map[string]function {
	t.Helper()
	out, err := lambda.NewFromConfig(localAWS(t).Config()).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	all := map[string]function{}
	for _, f := range out.Functions {
		all[strings.TrimPrefix(*f.FunctionName, localaws.StackName+"-")] = function{*f.CodeSha256, *f.Timeout}
	}
	return all
}

// testDebug attaches no debugger, which many machines do not allow: it looks at what one would find.
func testDebug(t *testing.T, ordinary map[string]function) {
	debugged := deployed(t)
	assert.Equal(t, int32(900), debugged["getUser"].timeout, "Lambda's maximum")
	delete(debugged, "getUser")
	assert.Subset(t, ordinary, debugged, "the other functions are as they were")

	credential := tree.Token(t)
	first := attachable(t, 0, credential)
	program := tree.Command(t, "ps", "-o", "command=", "-p", strconv.Itoa(first)).Stdout.Text()
	info, err := buildinfo.ReadFile(strings.TrimSpace(program))
	require.NoError(t, err)
	assert.Equal(t, "users-api/functions/get-user", info.Path)
	assert.Contains(t, info.Settings, debug.BuildSetting{Key: "-gcflags", Value: "all=-N -l"})
	stripped := func(s debug.BuildSetting) bool { return s.Key == "-ldflags" && s.Value != "" }
	assert.False(t, slices.ContainsFunc(info.Settings, stripped), "%v", info.Settings)

	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	attachable(t, first, credential)
}

// attachable returns the process that make dev says a debugger can attach to, once it is not before.
// It sends requests until then: the first one may still go to a process that was killed.
func attachable(t *testing.T, before int, credential string) (pid int) {
	t.Helper()
	harness.Eventually(t, func() bool {
		harness.Send(t, dev.URL, request{Method: "GET", Target: "/users/1", Credential: credential})
		for _, m := range regexp.MustCompile(`to debug getUser: dlv attach (\d+)`).FindAllStringSubmatch(dev.Out.Text(), -1) {
			pid, _ = strconv.Atoi(m[1])
		}
		return pid != before
	}, "make dev writes how to attach to a new process")
	return pid
}

func testIssuer(t *testing.T) {
	status := func(credential string) int {
		return call(t, request{Method: "GET", Target: "/users?limit=1", Credential: credential}).Status
	}
	var last string
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		last = tree.Token(t, "ALG="+algorithm)
		assert.Equal(t, http.StatusOK, status(last), algorithm)
	}
	copied, _, err := jwt.NewParser().ParseUnverified(strings.TrimPrefix(last, "Bearer "), jwt.MapClaims{})
	require.NoError(t, err)
	_, unknown, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	forged, err := copied.SignedString(unknown)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, status("Bearer "+forged))

	page := harness.Send(t, dev.URL, get("/_docs"))
	assert.Equal(t, http.StatusOK, status("Bearer "+regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`).FindString(page.Body)))

	name := aws.String(localaws.StackName + "-authorizer")
	lambdas := lambda.NewFromConfig(localAWS(t).Config())
	is, err := lambdas.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: name})
	require.NoError(t, err)
	is.Environment.Variables["JWKS_URL"] = "https://127.0.0.1:9/keys" // nobody listens there
	_, err = lambdas.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
		FunctionName: name, Environment: &types.Environment{Variables: is.Environment.Variables},
	})
	require.NoError(t, err)
	_, err = tree.Run(t.Context(), nil, "make", "-s", "token")
	assert.ErrorContains(t, err, "make load TOKEN=")
	assert.Equal(t, http.StatusOK, harness.Send(t, dev.URL, get("/_docs")).Status)
	copied.Header["kid"] = "unknown"
	unverifiable, err := copied.SignedString(unknown)
	require.NoError(t, err)
	harness.Eventually(t, func() bool { return status("Bearer "+unverifiable) == http.StatusServiceUnavailable }, "nobody is logged out while the issuer is away")
}
