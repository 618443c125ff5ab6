package proof

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testRights tries everything that can be done to a table with the role of each
// function: it may do what serverless.yml names, and nothing else. What it may do to
// logs cannot be tried: see testLogsOfNoRight.
func testRights(t *testing.T) {
	functions := local.look(t).Functions
	for _, p := range probes {
		require.Equal(t, "allowed", outcome(p.try(t.Context(), cloud.Config())), "%v, by the account's root", p)
	}
	for name, granted := range grants(t) {
		cfg := assume(t, functions[name].Role)
		for _, p := range probes {
			want := "denied"
			for _, g := range granted {
				if g == p.grant {
					want = "allowed"
				}
			}
			assert.Equal(t, want, outcome(p.try(t.Context(), cfg)), "%s: %v", name, p)
		}
	}
}

// assume takes a function's role. The emulator hands any role to the account's root;
// at Amazon's, only Lambda may take these.
func assume(t *testing.T, role string) aws.Config {
	t.Helper()
	out, err := tokens.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("proof")})
	require.NoError(t, err)
	cfg := cloud.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(
		aws.ToString(out.Credentials.AccessKeyId), aws.ToString(out.Credentials.SecretAccessKey), aws.ToString(out.Credentials.SessionToken))
	return cfg
}

// outcome tells whether a call was allowed: a condition that does not hold is found
// out after that.
func outcome(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return "allowed"
	case !errors.As(err, &api):
		return err.Error()
	case api.ErrorCode() == "ConditionalCheckFailedException", api.ErrorCode() == "TransactionCanceledException":
		return "allowed"
	case api.ErrorCode() == "AccessDeniedException":
		return "denied"
	}
	return err.Error()
}
