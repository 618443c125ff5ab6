package proof

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// issuer signs the tokens of GitHub's runs, and project is the repository whose runs deploy.
const issuer, project = "token.actions.githubusercontent.com", "example/project"

// createDeployer creates the role that deploys the stage from resources/deployer.yml, as an
// administrator does once, and assumes it as deploy.yml does.
func (s *stage) createDeployer(t *testing.T) {
	t.Helper()
	var parameters []types.Parameter
	for name, value := range map[string]string{
		"Stage": s.name, "Repository": project,
		"OidcProviderArn": "arn:aws:iam::000000000000:oidc-provider/" + issuer, // the emulator cannot make one
	} {
		parameters = append(parameters, types.Parameter{ParameterKey: &name, ParameterValue: &value})
	}
	stacks, stack := cloudformation.NewFromConfig(cloud.Config()), aws.String("deployer-of-"+s.name)
	_, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: stack, TemplateBody: aws.String(s.tree.Read(t, "resources/deployer.yml")), Parameters: parameters,
		Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
	})
	require.NoError(t, err)
	wait := cloudformation.NewStackCreateCompleteWaiter(stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) { o.MinDelay = 20 * time.Millisecond })
	require.NoError(t, wait.Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: stack}, harness.Patience))
	_, err = s.assumeDeployer(t, "another")
	require.ErrorContains(t, err, "AccessDenied", "from another environment")
	out, err := s.assumeDeployer(t, s.name)
	require.NoError(t, err)
	c := out.Credentials
	s.deployer = cloud.Config()
	s.deployer.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

// assumeDeployer assumes the role with a token like those of GitHub's runs in an environment of the
// repository. The emulator compares its claims with the role's trust policy, and does not check its
// signature.
func (s *stage) assumeDeployer(t *testing.T, environment string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	t.Helper()
	claims := jwt.MapClaims{"iss": "https://" + issuer, "aud": "sts.amazonaws.com", "sub": "repo:" + project + ":environment:" + environment}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("of nobody"))
	require.NoError(t, err)
	return sts.NewFromConfig(cloud.Config()).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/deploy-" + s.prefix()), RoleSessionName: aws.String("proof"), WebIdentityToken: &token,
	})
}

// environ is the environment of a command of the deployer.
func (s *stage) environ(t *testing.T) []string {
	t.Helper()
	c, err := s.deployer.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	return append(cloud.Environ(), "AWS_ACCESS_KEY_ID="+c.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+c.SecretAccessKey, "AWS_SESSION_TOKEN="+c.SessionToken)
}
