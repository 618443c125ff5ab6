package e2e

import (
	"debug/buildinfo"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
)

// testFlags runs `make dev` with the flags that change what it deploys, and without them again.
func testFlags(t *testing.T) {
	ordinary := deployed(t)
	restart(t, "DEBUG=getUser")
	t.Run("DEBUG", func(t *testing.T) { testDebug(t, ordinary) })
	restart(t)
	assert.Equal(t, ordinary, deployed(t))
}

func restart(t *testing.T, flags ...string) {
	t.Helper()
	require.NoError(t, dev.Interrupt())
	next, err := startDev(flags...)
	require.NoError(t, err)
	dev = next
}

// function is what a debugger's build changes of a function.
type function struct {
	code    string // its digest
	timeout int32
}

func deployed(t *testing.T) map[string]function {
	t.Helper()
	out, err := lambdas(t).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	all := map[string]function{}
	for _, f := range out.Functions {
		all[strings.TrimPrefix(*f.FunctionName, localaws.StackName+"-")] = function{*f.CodeSha256, *f.Timeout}
	}
	return all
}

func lambdas(t *testing.T) *lambda.Client {
	t.Helper()
	cfg, err := localaws.RunningConfig(stateFile(""))
	require.NoError(t, err)
	return lambda.NewFromConfig(cfg)
}

// testDebug attaches no debugger, which many machines do not allow: it looks at what one would find.
func testDebug(t *testing.T, ordinary map[string]function) {
	debugged := deployed(t)
	assert.Equal(t, int32(900), debugged["getUser"].timeout, "Lambda's maximum")
	delete(debugged, "getUser")
	assert.Subset(t, ordinary, debugged, "the other functions are as they were")

	first := attachable(t, 0)
	program := tree.Command(t, "ps", "-o", "command=", "-p", strconv.Itoa(first)).Stdout.Text()
	info, err := buildinfo.ReadFile(strings.TrimSpace(program))
	require.NoError(t, err)
	assert.Equal(t, "users-api/functions/get-user", info.Path)
	assert.Contains(t, info.Settings, debug.BuildSetting{Key: "-gcflags", Value: "all=-N -l"})
	stripped := func(s debug.BuildSetting) bool { return s.Key == "-ldflags" && s.Value != "" }
	assert.False(t, slices.ContainsFunc(info.Settings, stripped), "%v", info.Settings)

	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	bearer := "Bearer " + strings.TrimSpace(tree.Command(t, "make", "-s", "token").Stdout.Text())
	call(t, request{Method: "GET", Target: "/users/1", Credential: bearer})
	attachable(t, first)
}

// attachable returns the process that make dev says a debugger can attach to, once it is not before.
func attachable(t *testing.T, before int) (pid int) {
	t.Helper()
	harness.Eventually(t, func() bool {
		for _, m := range regexp.MustCompile(`to debug getUser: dlv attach (\d+)`).FindAllStringSubmatch(dev.Out.Text(), -1) {
			pid, _ = strconv.Atoi(m[1])
		}
		return pid != before
	}, "make dev writes how to attach to a new process")
	return pid
}
