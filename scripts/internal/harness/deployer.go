package harness

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/localaws"
)

// issuer signs the tokens of GitHub's runs, and project is the repository whose runs deploy.
const issuer, project = "token.actions.githubusercontent.com", "example/project"

// CreateDeployer creates the role that deploys a stage from resources/deployer.yml, as an
// administrator does once, and returns its ARN.
func CreateDeployer(t testing.TB, cloud *localaws.Server, tree Tree, stage string) (role string) {
	t.Helper()
	template, err := os.ReadFile(filepath.Join(tree.Dir, "resources/deployer.yml"))
	require.NoError(t, err)
	parameter := func(name, value string) types.Parameter {
		return types.Parameter{ParameterKey: &name, ParameterValue: &value}
	}
	stacks, stack := cloudformation.NewFromConfig(cloud.Config()), aws.String("deployer-of-"+stage)
	_, err = stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: stack, TemplateBody: aws.String(string(template)), Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
		Parameters: []types.Parameter{
			parameter("Stage", stage), parameter("Repository", project),
			parameter("OidcProviderArn", "arn:aws:iam::000000000000:oidc-provider/"+issuer), // the emulator cannot make one
		},
	})
	require.NoError(t, err)
	wait := cloudformation.NewStackCreateCompleteWaiter(stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) { o.MinDelay = 20 * time.Millisecond })
	out, err := wait.WaitForOutput(t.Context(), &cloudformation.DescribeStacksInput{StackName: stack}, Patience)
	require.NoError(t, err)
	outputs := out.Stacks[0].Outputs
	i := slices.IndexFunc(outputs, func(o types.Output) bool { return *o.OutputKey == "RoleArn" })
	require.GreaterOrEqual(t, i, 0, "output RoleArn")
	return *outputs[i].OutputValue
}

// AssumeDeployer assumes a role with a token like those of GitHub's runs in an environment of the
// repository. The emulator compares its claims with the role's trust policy, and does not check its
// signature.
func AssumeDeployer(t testing.TB, cloud *localaws.Server, role, environment string) (aws.Config, error) {
	t.Helper()
	claims := jwt.MapClaims{"iss": "https://" + issuer, "aud": "sts.amazonaws.com", "sub": "repo:" + project + ":environment:" + environment}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("of nobody"))
	require.NoError(t, err)
	out, err := sts.NewFromConfig(cloud.Config()).AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: &role, RoleSessionName: aws.String("proof"), WebIdentityToken: &token,
	})
	if err != nil {
		return aws.Config{}, err
	}
	return As(cloud.Config(), out.Credentials), nil
}
