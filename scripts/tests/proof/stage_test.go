package proof

import (
	"net/http"
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
	params   []string          // of every deployment
	header   map[string]string // of every request
	deployer aws.Config        // with its credentials
}

// secondParams have the second stage meter a partner, protect its table and keep it with the logs when
// it is removed, and API Gateway check its bodies. The emulator runs binaries of this machine only, and
// knows no composite alarms.
var secondParams = []string{
	"architecture=" + map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH],
	"monitoring=false", "tableDeletionPolicy=Retain", "tableDeletionProtection=true", "partners=acme", "partnerRate=1", "partnerBurst=5", "bodyValidation=gateway",
}

// prefix is the prefix of the stage's resource names.
func (s *stage) prefix() string { return localaws.Service + "-" + s.name }

// url is the base URL of the stage's API.
func (s *stage) url() string { return cloud.APIURL(s.prefix(), s.name) }

// run runs a command of the framework with the rights of the deployer, and returns what it wrote.
func (s *stage) run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	args = slices.Concat([]string{"--no-install", "serverless"}, args, []string{"--stage", s.name})
	p, err := s.tree.Run(t.Context(), s.environ(t), "npx", args...)
	if err != nil {
		return "", err
	}
	return p.Out.Text(), nil
}

// serverless is run of a command that must succeed.
func (s *stage) serverless(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.run(t, args...)
	require.NoError(t, err)
	return out
}

// deployment is the command that deploys the stage with its parameters and others, which take precedence.
func (s *stage) deployment(params ...string) []string {
	args := []string{"deploy"}
	for _, p := range slices.Concat(s.params, params, []string{"permissionsBoundary=" + s.prefix() + "-boundary"}) {
		args = append(args, "--param", p)
	}
	return args
}

func (s *stage) deploy(t *testing.T, params ...string) string {
	t.Helper()
	return s.serverless(t, s.deployment(params...)...)
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
	s.tree.Write(t, functions["getUser"].Handler+"/edited.go", source)
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
	before := s.tree.Read(t, name)
	s.tree.Write(t, name, edit(before))
	return func() { s.tree.Write(t, name, before) }
}

// call sends a request of a caller with all rights.
func (s *stage) call(t *testing.T, r harness.Request) harness.Answer {
	t.Helper()
	_, value, err := s.secret(t).Read(t.Context(), stagesecret.Current)
	require.NoError(t, err)
	token, err := value.Token("proof", auth.Scopes(), time.Now(), time.Hour)
	require.NoError(t, err)
	r.Credential, r.Header, r.Body = "Bearer "+token, s.header, strings.ReplaceAll(r.Body, "{new}", harness.Email())
	a := harness.Send(t, s.url(), r)
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
			a.Fails(t, http.StatusTooManyRequests)
			assert.NotEmpty(t, a.Header.Get("Retry-After"))
		}
	}
	return refused
}
