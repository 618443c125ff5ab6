package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/stretchr/testify/require"
)

// awsCall is an HTTP request to an AWS API: a POST of the body, or without a body a GET of the path.
type awsCall struct{ service, target, body, path string }

// must makes the call as the account's root, and returns the answer's body. It must succeed.
func (c awsCall) must(t *testing.T) string {
	t.Helper()
	status, body := c.send(t, cloud.Config())
	require.Equal(t, http.StatusOK, status, body)
	return body
}

// send makes the call with the credentials of a configuration.
func (c awsCall) send(t *testing.T, cfg aws.Config) (status int, body string) {
	t.Helper()
	method := http.MethodPost
	if c.body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), method, *cfg.BaseEndpoint+"/"+c.path, strings.NewReader(c.body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.target != "" {
		req.Header.Set("Content-Type", "application/x-amz-json-1.0")
		req.Header.Set("X-Amz-Target", c.target)
	}
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(c.body))
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), credentials, req, hex.EncodeToString(sum[:]), c.service, cfg.Region, time.Now()))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}

// deployed is the deployed state of a stage.
type deployed struct {
	Status          string // of the stack
	Changed         time.Time
	Functions       map[string]function // by their names in serverless.yml
	API, Deployment string              // its id, and that of the snapshot that the stage serves
	Created         time.Time           // of the stage
	Limits          map[string]limit    // by method and path, such as "POST /users"
}

type function struct{ Code, Modified, Role string }

type limit struct {
	Rate  float64
	Burst int32
}

// look reads it.
func (s *stage) look(t *testing.T) deployed {
	t.Helper()
	d := deployed{Functions: map[string]function{}, Limits: map[string]limit{}}
	stacks := cloudformation.NewFromConfig(cloud.Config())
	out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(s.prefix())})
	require.NoError(t, err)
	d.Status, d.Changed = string(out.Stacks[0].StackStatus), aws.ToTime(out.Stacks[0].LastUpdatedTime)
	api, err := stacks.DescribeStackResource(t.Context(), &cloudformation.DescribeStackResourceInput{
		StackName: aws.String(s.prefix()), LogicalResourceId: aws.String("ApiGatewayRestApi"),
	})
	require.NoError(t, err)
	d.API = aws.ToString(api.StackResourceDetail.PhysicalResourceId)

	list, err := lambda.NewFromConfig(cloud.Config()).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	require.NoError(t, err)
	for _, f := range list.Functions {
		if name, ours := strings.CutPrefix(aws.ToString(f.FunctionName), s.prefix()+"-"); ours {
			d.Functions[name] = function{aws.ToString(f.CodeSha256), aws.ToString(f.LastModified), aws.ToString(f.Role)}
		}
	}

	served, err := apigateway.NewFromConfig(cloud.Config()).GetStage(t.Context(), &apigateway.GetStageInput{RestApiId: &d.API, StageName: &s.name})
	require.NoError(t, err)
	d.Deployment, d.Created = aws.ToString(served.DeploymentId), aws.ToTime(served.CreatedDate)
	for key, setting := range served.MethodSettings {
		// ~1users/POST, with a slash before it on the emulator.
		path := strings.TrimPrefix(strings.ReplaceAll(key, "~1", "/"), "//")
		i := strings.LastIndex(path, "/")
		d.Limits[path[i+1:]+" /"+strings.TrimPrefix(path[:i], "/")] = limit{setting.ThrottlingRateLimit, setting.ThrottlingBurstLimit}
	}
	return d
}

// changed returns the functions that differ from those of another state.
func (d deployed) changed(other deployed) (names []string) {
	for name, f := range d.Functions {
		if other.Functions[name] != f {
			names = append(names, name)
		}
	}
	return names
}
