package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/scripts/internal/harness"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/stagesecret"
)

// stage is a stage, and the copy of the working tree that it is deployed from.
type stage struct {
	name     string
	tree     harness.Tree
	params   []string // of every deployment
	url      string
	header   map[string]string // of every request
	deployer aws.Config        // with its credentials
}

// newSecond returns a version beside the first. It has a metered partner, its table is protected and
// kept with the logs when it is removed, and API Gateway checks its bodies. The emulator runs binaries of this machine only, and knows no composite alarms.
func newSecond(tree harness.Tree) *stage {
	return &stage{name: "v2", tree: tree, params: []string{
		"architecture=" + map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH],
		"monitoring=false", "tableDeletionPolicy=Retain", "tableDeletionProtection=true", "partners=acme", "partnerRate=1", "partnerBurst=5", "bodyValidation=gateway",
	}}
}

// prefix is the prefix of the stage's resource names.
func (s *stage) prefix() string { return localaws.Service + "-" + s.name }

type deployed = harness.Deployed

func (s *stage) look(t *testing.T) deployed {
	t.Helper()
	return harness.Look(t, cloud, s.name)
}

// createDeployer creates the role that deploys the stage, and assumes it as deploy.yml does.
func (s *stage) createDeployer(t *testing.T) {
	t.Helper()
	role := harness.CreateDeployer(t, cloud, s.tree, s.name)
	_, err := harness.AssumeDeployer(t, cloud, role, "another")
	require.ErrorContains(t, err, "AccessDenied", "from another environment")
	s.deployer, err = harness.AssumeDeployer(t, cloud, role, s.name)
	require.NoError(t, err)
}

// environ is the environment of a command of the deployer.
func (s *stage) environ(t *testing.T) []string {
	t.Helper()
	c, err := s.deployer.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	return append(cloud.Environ(), "AWS_ACCESS_KEY_ID="+c.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+c.SecretAccessKey, "AWS_SESSION_TOKEN="+c.SessionToken)
}

// run runs a command of the framework.
func (s *stage) run(t *testing.T, env []string, args ...string) (*harness.Process, error) {
	t.Helper()
	args = slices.Concat([]string{"--no-install", "serverless"}, args, []string{"--stage", s.name})
	return s.tree.Run(t.Context(), env, "npx", args...)
}

// serverless runs a command of the framework, which must succeed, and returns what it wrote.
func (s *stage) serverless(t *testing.T, args ...string) string {
	t.Helper()
	p, err := s.run(t, s.environ(t), args...)
	require.NoError(t, err)
	return p.Out.Text()
}

// tryDeploy deploys the stage with its parameters and others, which take precedence. The error has what was written.
func (s *stage) tryDeploy(t *testing.T, params ...string) (*harness.Process, error) {
	t.Helper()
	args := []string{"deploy"}
	for _, p := range slices.Concat(s.params, params, []string{"permissionsBoundary=" + s.prefix() + "-boundary"}) {
		args = append(args, "--param", p)
	}
	return s.run(t, s.environ(t), args...)
}

func (s *stage) deploy(t *testing.T, params ...string) string {
	t.Helper()
	p, err := s.tryDeploy(t, params...)
	require.NoError(t, err)
	return p.Out.Text()
}

// secret returns the secret that the stage's stack has made.
func (s *stage) secret(t *testing.T) stagesecret.Secret {
	t.Helper()
	secret, err := stagesecret.Open(t.Context(), cloud.Config(), s.prefix())
	require.NoError(t, err)
	return secret
}

// editGetUser makes the program of getUser write a text when it starts.
func (s *stage) editGetUser(t *testing.T, text string) {
	t.Helper()
	source := "package main\n\nfunc init() { println(\"" + text + "\") }\n"
	require.NoError(t, s.tree.Write(functions["getUser"].Handler+"/edited.go", source))
}

// breakAfter adds a resource that CloudFormation fails to make after it has made or changed others.
// The function that it returns removes it again.
func (s *stage) breakAfter(t *testing.T, others string) (mend func()) {
	t.Helper()
	return s.editResponses(t, func(yaml string) string {
		return yaml + `
  Failing:
    Type: AWS::SSM::Parameter
    DependsOn: [` + others + `]
    Properties:
      Type: String
      Value: "{{resolve:secretsmanager:no-such-secret}}"
`
	})
}

// editResponses edits the file of API Gateway's own responses. The function that it returns undoes it.
func (s *stage) editResponses(t *testing.T, edit func(yaml string) string) (undo func()) {
	t.Helper()
	const name = "resources/gateway-responses.yml"
	before, err := os.ReadFile(filepath.Join(s.tree.Dir, name))
	require.NoError(t, err)
	require.NoError(t, s.tree.Write(name, edit(string(before))))
	return func() { require.NoError(t, s.tree.Write(name, string(before))) }
}

// call sends a request of a caller with all rights.
func (s *stage) call(t *testing.T, r harness.Request) harness.Answer {
	t.Helper()
	value, err := s.secret(t).Read(t.Context(), stagesecret.Current)
	require.NoError(t, err)
	token, err := value.Token("proof", auth.Scopes(), time.Now(), time.Hour)
	require.NoError(t, err)
	r.Credential, r.Header, r.Body = "Bearer "+token, s.header, strings.ReplaceAll(r.Body, "{new}", harness.Email())
	a := harness.Send(t, s.url, r)
	assert.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"), "CORS on every answer: %v", a)
	return a
}

func (s *stage) create(t *testing.T) harness.User {
	t.Helper()
	return s.call(t, post).User(t, http.StatusCreated)
}

// serves checks that the stage returns a user unchanged.
func (s *stage) serves(t *testing.T, u harness.User) {
	t.Helper()
	require.Equal(t, u, s.call(t, of(u, get)).User(t, http.StatusOK))
}

// tooMany sends a request many times at once and returns how many are refused as too many. A
// machine so slow that sending them takes half a minute stays below a limit of 1 a second, so tests
// repeat it until some are refused.
func (s *stage) tooMany(t *testing.T, r harness.Request) (refused int) {
	t.Helper()
	for _, a := range harness.Together(30, func(int) harness.Answer { return s.call(t, r) }) {
		if a.Status == http.StatusTooManyRequests {
			refused++
			assert.Equal(t, "Too many requests", a.Fails(t, http.StatusTooManyRequests).Error)
			assert.Regexp(t, `^[1-9]\d*$`, a.Header.Get("Retry-After"))
			assert.Contains(t, a.Header.Get("Access-Control-Expose-Headers"), "Retry-After")
		}
	}
	return refused
}

// logged returns the first line of a function's log that has a text, or nothing.
func (s *stage) logged(t *testing.T, function, text string) string {
	t.Helper()
	body := fmt.Sprintf(`{"logGroupName":"/aws/lambda/%s-%s"}`, s.prefix(), function)
	var log struct{ Events []struct{ Message string } }
	require.NoError(t, json.Unmarshal([]byte(harness.AWSCall{Service: "logs", Target: "Logs_20140328.FilterLogEvents", Body: body}.Must(t, cloud.Config())), &log))
	for _, event := range log.Events {
		if strings.Contains(event.Message, text) {
			return event.Message
		}
	}
	return ""
}
