package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/localaws"
)

// Deployed is the deployed state of a stage.
type Deployed struct {
	Status          string // of the stack
	Changed         time.Time
	Functions       map[string]DeployedFunction // by their names in serverless.yml
	API, Deployment string                      // its id, and that of the snapshot that the stage serves
	Created         time.Time                   // of the stage
	Limits          map[string]Limit            // by method and path, such as "POST /users"
}

// DeployedFunction is a function as Lambda describes it.
type DeployedFunction struct{ Code, Modified, Role string }

// Limit is the throttling limit of a route.
type Limit struct {
	Rate  float64
	Burst int32
}

// Look reads the state of a stage of the service.
func Look(t testing.TB, cloud *localaws.Server, stage string) Deployed {
	t.Helper()
	d, stack := Deployed{Functions: map[string]DeployedFunction{}, Limits: map[string]Limit{}}, aws.String(localaws.Service+"-"+stage)
	stacks := cloudformation.NewFromConfig(cloud.Config())
	out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: stack})
	require.NoError(t, err)
	d.Status, d.Changed = string(out.Stacks[0].StackStatus), aws.ToTime(out.Stacks[0].LastUpdatedTime)
	api, err := stacks.DescribeStackResource(t.Context(), &cloudformation.DescribeStackResourceInput{
		StackName: stack, LogicalResourceId: aws.String("ApiGatewayRestApi"),
	})
	require.NoError(t, err)
	d.API = aws.ToString(api.StackResourceDetail.PhysicalResourceId)

	list, err := lambda.NewFromConfig(cloud.Config()).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	for _, f := range list.Functions {
		if name, ours := strings.CutPrefix(aws.ToString(f.FunctionName), *stack+"-"); ours {
			d.Functions[name] = DeployedFunction{aws.ToString(f.CodeSha256), aws.ToString(f.LastModified), aws.ToString(f.Role)}
		}
	}

	served, err := apigateway.NewFromConfig(cloud.Config()).GetStage(t.Context(), &apigateway.GetStageInput{RestApiId: &d.API, StageName: &stage})
	require.NoError(t, err)
	d.Deployment, d.Created = aws.ToString(served.DeploymentId), aws.ToTime(served.CreatedDate)
	for key, setting := range served.MethodSettings {
		// ~1users/POST, with a slash before it on the emulator.
		path := strings.TrimPrefix(strings.ReplaceAll(key, "~1", "/"), "//")
		i := strings.LastIndex(path, "/")
		d.Limits[path[i+1:]+" /"+strings.TrimPrefix(path[:i], "/")] = Limit{setting.ThrottlingRateLimit, setting.ThrottlingBurstLimit}
	}
	return d
}

// ChangedFunctions returns the functions that differ from those of another state.
func (d Deployed) ChangedFunctions(other Deployed) (names []string) {
	for name, f := range d.Functions {
		if other.Functions[name] != f {
			names = append(names, name)
		}
	}
	return names
}
