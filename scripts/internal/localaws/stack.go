package localaws

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
)

// stackUpdated is when the stack was last created or updated. It is errNotDeployed
// when there is no stack that serves.
func (d *Deployer) stackUpdated(ctx context.Context) (time.Time, error) {
	out, err := d.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ValidationError" { // CloudFormation's "does not exist"
		return time.Time{}, errNotDeployed
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("describe the stack: %w", err)
	}
	if len(out.Stacks) == 0 {
		return time.Time{}, errNotDeployed
	}
	stack := out.Stacks[0]
	switch status := string(stack.StackStatus); {
	case strings.HasPrefix(status, "DELETE_"), status == "ROLLBACK_COMPLETE", status == "CREATE_FAILED":
		return time.Time{}, errNotDeployed
	}
	if stack.LastUpdatedTime != nil {
		return *stack.LastUpdatedTime, nil
	}
	return aws.ToTime(stack.CreationTime), nil
}

// stackResources maps the stack's resources to what they are called in AWS.
func (d *Deployer) stackResources(ctx context.Context) (map[string]string, error) {
	resources := map[string]string{}
	pages := cloudformation.NewListStackResourcesPaginator(d.stacks, &cloudformation.ListStackResourcesInput{StackName: aws.String(stackName)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the stack's resources: %w", err)
		}
		for _, r := range page.StackResourceSummaries {
			resources[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
		}
	}
	return resources, nil
}
