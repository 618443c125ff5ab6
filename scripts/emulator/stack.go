package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gateway "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
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

// template is the part of a CloudFormation template that validators are read from.
type template struct {
	Resources map[string]struct {
		Type       string
		Properties struct {
			// Of a validator.
			Name                                           string
			ValidateRequestBody, ValidateRequestParameters bool
			// Of a method.
			HttpMethod                     string
			ResourceId, RequestValidatorId reference
		}
	}
}

// reference is {"Ref": "LogicalId"}, or empty for anything else, such as Fn::GetAtt.
type reference struct{ Ref string }

func (r *reference) UnmarshalJSON(data []byte) error {
	var ref struct{ Ref string }
	if json.Unmarshal(data, &ref) == nil {
		r.Ref = ref.Ref
	}
	return nil
}

// repeatValidators makes the request validators of the deployed template and ties
// its methods to them. ministack's CloudFormation takes both and does nothing with
// them; its API Gateway does.
func (d *Deployer) repeatValidators(ctx context.Context, api string) error {
	tmpl, err := d.template(ctx)
	if err != nil {
		return err
	}
	resources, err := d.stackResources(ctx)
	if err != nil {
		return err
	}
	validators, err := d.existingValidators(ctx, api)
	if err != nil {
		return err
	}
	for _, method := range tmpl.Resources {
		validator, ok := tmpl.Resources[method.Properties.RequestValidatorId.Ref]
		if !ok || method.Type != "AWS::ApiGateway::Method" {
			continue
		}
		name := validator.Properties.Name
		if validators[name] == "" {
			if validators[name], err = d.createValidator(ctx, api, name, validator.Properties.ValidateRequestBody, validator.Properties.ValidateRequestParameters); err != nil {
				return err
			}
		}
		resource := resources[method.Properties.ResourceId.Ref]
		if err := d.tieValidator(ctx, api, resource, method.Properties.HttpMethod, validators[name]); err != nil {
			return err
		}
	}
	return nil
}

func (d *Deployer) template(ctx context.Context) (template, error) {
	var tmpl template
	out, err := d.stacks.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: aws.String(stackName)})
	if err != nil {
		return tmpl, fmt.Errorf("get the deployed template: %w", err)
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.TemplateBody)), &tmpl); err != nil {
		return tmpl, fmt.Errorf("read the deployed template: %w", err)
	}
	return tmpl, nil
}

// existingValidators maps the names of the API's validators to their ids.
func (d *Deployer) existingValidators(ctx context.Context, api string) (map[string]string, error) {
	out, err := d.gateway.GetRequestValidators(ctx, &apigateway.GetRequestValidatorsInput{RestApiId: &api})
	if err != nil {
		return nil, fmt.Errorf("get the request validators: %w", err)
	}
	ids := map[string]string{}
	for _, v := range out.Items {
		ids[aws.ToString(v.Name)] = aws.ToString(v.Id)
	}
	return ids, nil
}

func (d *Deployer) createValidator(ctx context.Context, api, name string, body, parameters bool) (string, error) {
	out, err := d.gateway.CreateRequestValidator(ctx, &apigateway.CreateRequestValidatorInput{
		RestApiId: &api, Name: &name, ValidateRequestBody: body, ValidateRequestParameters: parameters,
	})
	if err != nil {
		return "", fmt.Errorf("create request validator %q: %w", name, err)
	}
	return aws.ToString(out.Id), nil
}

func (d *Deployer) tieValidator(ctx context.Context, api, resource, method, validator string) error {
	_, err := d.gateway.UpdateMethod(ctx, &apigateway.UpdateMethodInput{
		RestApiId: &api, ResourceId: &resource, HttpMethod: &method,
		PatchOperations: []gateway.PatchOperation{{
			Op: gateway.OpReplace, Path: aws.String("/requestValidatorId"), Value: &validator,
		}},
	})
	if err != nil {
		return fmt.Errorf("validate requests of %s: %w", method, err)
	}
	return nil
}
