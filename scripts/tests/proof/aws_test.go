package proof

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"
)

// The AWS interfaces, with the rights of the account's root.
var (
	stacks  *cloudformation.Client
	gateway *apigateway.Client
	lambdas *lambda.Client
	tables  *dynamodb.Client
	logs    *cloudwatchlogs.Client
	roles   *iam.Client
	tokens  *sts.Client
	buckets *s3.Client
	secrets *secretsmanager.Client
)

func connect(cfg aws.Config) {
	stacks = cloudformation.NewFromConfig(cfg)
	gateway = apigateway.NewFromConfig(cfg)
	lambdas = lambda.NewFromConfig(cfg)
	tables = dynamodb.NewFromConfig(cfg)
	logs = cloudwatchlogs.NewFromConfig(cfg)
	roles = iam.NewFromConfig(cfg)
	tokens = sts.NewFromConfig(cfg)
	buckets = s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	secrets = secretsmanager.NewFromConfig(cfg)
}

// deployed is what AWS says of a stage.
type deployed struct {
	// Status of the stack, and when it was last changed.
	Status  string
	Changed time.Time
	// Functions by their name in serverless.yml.
	Functions map[string]function
	// API is its id, Deployment that of the snapshot that the stage serves since
	// Created.
	API, Deployment string
	Created         time.Time
	// Limits by method and path, as "POST /users".
	Limits map[string]limit
}

type function struct{ Code, Modified, Role string }

type limit struct {
	Rate  float64
	Burst int32
}

// look asks for all of it.
func (s *stage) look(t *testing.T) deployed {
	t.Helper()
	d := deployed{Functions: map[string]function{}, Limits: map[string]limit{}}
	s.lookAtStack(t, &d)
	s.lookAtFunctions(t, &d)
	s.lookAtStage(t, &d)
	return d
}

func (s *stage) lookAtStack(t *testing.T, d *deployed) {
	t.Helper()
	out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(s.prefix())})
	require.NoError(t, err)
	require.Len(t, out.Stacks, 1)
	d.Status = string(out.Stacks[0].StackStatus)
	d.Changed = aws.ToTime(out.Stacks[0].LastUpdatedTime)
	resource, err := stacks.DescribeStackResource(t.Context(), &cloudformation.DescribeStackResourceInput{
		StackName: aws.String(s.prefix()), LogicalResourceId: aws.String("ApiGatewayRestApi"),
	})
	require.NoError(t, err)
	d.API = aws.ToString(resource.StackResourceDetail.PhysicalResourceId)
}

func (s *stage) lookAtFunctions(t *testing.T, d *deployed) {
	t.Helper()
	out, err := lambdas.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	for _, f := range out.Functions {
		if name, ours := strings.CutPrefix(aws.ToString(f.FunctionName), s.prefix()+"-"); ours {
			d.Functions[name] = function{aws.ToString(f.CodeSha256), aws.ToString(f.LastModified), aws.ToString(f.Role)}
		}
	}
}

func (s *stage) lookAtStage(t *testing.T, d *deployed) {
	t.Helper()
	out, err := gateway.GetStage(t.Context(), &apigateway.GetStageInput{RestApiId: &d.API, StageName: &s.name})
	require.NoError(t, err)
	d.Deployment, d.Created = aws.ToString(out.DeploymentId), aws.ToTime(out.CreatedDate)
	for key, setting := range out.MethodSettings {
		// ~1users/POST, with a slash before it on the emulator.
		path := strings.TrimPrefix(strings.ReplaceAll(key, "~1", "/"), "//")
		i := strings.LastIndex(path, "/")
		d.Limits[path[i+1:]+" /"+strings.TrimPrefix(path[:i], "/")] = limit{setting.ThrottlingRateLimit, setting.ThrottlingBurstLimit}
	}
}

// updated are the names of the functions that another look shows changed.
func (d deployed) updated(then deployed) []string {
	var names []string
	for name, f := range d.Functions {
		if then.Functions[name] != f {
			names = append(names, name)
		}
	}
	return names
}

// logged is the first line of a function's log with a text in it, or nothing.
func (s *stage) logged(t *testing.T, function, text string) string {
	t.Helper()
	out, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String("/aws/lambda/" + s.prefix() + "-" + function),
	})
	require.NoError(t, err)
	for _, event := range out.Events {
		if message := aws.ToString(event.Message); strings.Contains(message, text) {
			return message
		}
	}
	return ""
}
