package proof

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/client"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/worktree"
)

// commandTimeout ends a command that hangs, so that its output is seen.
const commandTimeout = 4 * time.Minute

// stage is a stage, and the copy of the repository that it is deployed from.
type stage struct {
	name string
	work worktree.Copy
	// params are given to every deployment.
	params []string
	url    string
	// header is sent with every request.
	header map[string]string
}

func newLocal(work worktree.Copy) *stage { return &stage{name: localaws.Stage, work: work} }

// newSecond is a version beside the first, as "Versions" in the README has it, of
// which something is kept when it is removed, with a partner that is metered. The
// emulator runs binaries of this machine only, and knows no composite alarms.
func newSecond(work worktree.Copy) *stage {
	return &stage{name: "v2", work: work, params: []string{
		"architecture=" + map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH],
		"monitoring=false", "tableDeletionPolicy=Retain",
		"partners=acme", "partnerRate=1", "partnerBurst=5",
	}}
}

// prefix begins the names of all that a stage consists of.
func (s *stage) prefix() string { return localaws.Service + "-" + s.name }

// serverless runs a command of the framework, which must succeed.
func (s *stage) serverless(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.try(t, cloud.Environ(), args...)
	require.NoError(t, err, out)
	return out
}

// try runs a command of the framework.
func (s *stage) try(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), commandTimeout)
	defer cancel()
	_, all, err := s.work.Run(ctx, env, "npx", s.command(args...)...)
	return all, err
}

func (s *stage) command(args ...string) []string {
	return append(append([]string{"--no-install", "serverless"}, args...), "--stage", s.name)
}

// deploy is `serverless deploy`, with more parameters than the stage's own.
func (s *stage) deploy(t *testing.T, params ...string) string {
	t.Helper()
	return s.serverless(t, s.deployment(params...)...)
}

func (s *stage) deployment(params ...string) []string {
	args := []string{"deploy"}
	for _, p := range append(params, s.params...) {
		args = append(args, "--param", p)
	}
	return args
}

// createSecret makes the secret that a stage needs to be there.
func (s *stage) createSecret(t *testing.T) {
	t.Helper()
	value, err := json.Marshal(map[string]string{"jwtSecret": secret.JWTSecret, "apiKeys": secret.APIKeys})
	require.NoError(t, err)
	_, err = secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(localaws.Service + "/" + s.name), SecretString: aws.String(string(value)),
	})
	require.NoError(t, err)
}

// edit changes a function's program.
func (s *stage) edit(t *testing.T, folder, says string) {
	t.Helper()
	require.NoError(t, s.work.Write(filepath.Join("functions", folder, "edited.go"), "package main\n\nfunc init() { println(\""+says+"\") }\n"))
}

// breaks adds a resource that cannot be made, which is found out when others are
// made or changed already.
func (s *stage) breaks(t *testing.T, after string) {
	t.Helper()
	s.rewrite(t, func(resources string) string {
		return resources + failing + "    DependsOn: [" + after + "]\n"
	})
}

// mends takes it out again.
func (s *stage) mends(t *testing.T) {
	t.Helper()
	s.rewrite(t, func(resources string) string {
		resources, _, _ = strings.Cut(resources, failing)
		return resources
	})
}

const failing = `
  Failing:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: "{{resolve:secretsmanager:users-api/no-such-secret}}"
`

// rewrite changes a file of CloudFormation resources.
func (s *stage) rewrite(t *testing.T, change func(string) string) {
	t.Helper()
	const name = "resources/gateway-responses.yml"
	before, err := os.ReadFile(filepath.Join(s.work.Dir, name))
	require.NoError(t, err)
	require.NoError(t, s.work.Write(name, change(string(before))))
}

// call sends a request of a caller with all rights.
func (s *stage) call(t *testing.T, r client.Request) client.Answer {
	t.Helper()
	token, err := secret.Token("proof", []string{"users:read", "users:write"}, time.Now(), time.Hour)
	require.NoError(t, err)
	r.Credential = "Bearer " + token
	if r.Header == nil {
		r.Header = s.header
	}
	a := client.Send(t, s.url, r)
	a.HasCORS(t)
	return a
}

func (s *stage) create(t *testing.T) client.User {
	t.Helper()
	return s.call(t, client.Request{Method: "POST", Target: "/users", Body: client.Input(client.Address())}).User(t, http.StatusCreated)
}

// serves checks that a user is to be had, as it was.
func (s *stage) serves(t *testing.T, u client.User) {
	t.Helper()
	require.Equal(t, u, s.call(t, client.Request{Method: "GET", Target: "/users/" + u.ID}).User(t, http.StatusOK))
}
