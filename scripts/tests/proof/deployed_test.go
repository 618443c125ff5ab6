package proof

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/stretchr/testify/require"
)

// deployed is the deployed state of a stage.
type deployed struct {
	status     string // of the stack
	changed    time.Time
	functions  map[string]function            // by their names in serverless.yml
	deployment string                         // the snapshot of the API that the stage serves
	created    time.Time                      // of the stage
	settings   map[string]types.MethodSetting // by path and method, in which the emulator escapes no slashes
}

// function is a function as Lambda describes it.
type function struct{ code, modified, role string }

// look reads the deployed state of the stage.
func (s *stage) look(t *testing.T) deployed {
	t.Helper()
	stacks, err := cloudformation.NewFromConfig(cloud.Config()).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(s.prefix())})
	require.NoError(t, err)
	list, err := lambda.NewFromConfig(cloud.Config()).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	found := map[string]function{}
	for _, f := range list.Functions {
		if name, ours := strings.CutPrefix(aws.ToString(f.FunctionName), s.prefix()+"-"); ours {
			found[name] = function{aws.ToString(f.CodeSha256), aws.ToString(f.LastModified), aws.ToString(f.Role)}
		}
	}
	served, err := apigateway.NewFromConfig(cloud.Config()).GetStage(t.Context(), &apigateway.GetStageInput{RestApiId: aws.String(s.prefix()), StageName: &s.name})
	require.NoError(t, err)
	stack := stacks.Stacks[0]
	return deployed{
		string(stack.StackStatus), aws.ToTime(stack.LastUpdatedTime), found,
		aws.ToString(served.DeploymentId), aws.ToTime(served.CreatedDate), served.MethodSettings,
	}
}

// changedFunctions returns the functions that differ from those of another state.
func (d deployed) changedFunctions(other deployed) (names []string) {
	for name, f := range d.functions {
		if other.functions[name] != f {
			names = append(names, name)
		}
	}
	return names
}
