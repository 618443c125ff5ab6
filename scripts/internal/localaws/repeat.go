package localaws

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gateway "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// repeat does again, through API Gateway's own interface, what the emulator's
// CloudFormation left out of the deployed template.
func (d *Deployer) repeat(ctx context.Context, api string) error {
	tmpl, err := d.template(ctx)
	if err != nil {
		return err
	}
	if err := d.repeatLimits(ctx, api, tmpl); err != nil {
		return err
	}
	return d.repeatValidators(ctx, api, tmpl)
}

// template is the part of a CloudFormation template that is repeated.
type template struct {
	Resources map[string]struct {
		Type       string
		Properties struct {
			// Of a stage.
			StageName      string
			MethodSettings []methodSetting
			// Of a validator.
			Name                                           string
			ValidateRequestBody, ValidateRequestParameters bool
			// Of a method.
			HttpMethod                     string
			ResourceId, RequestValidatorId reference
		}
	}
}

// methodSetting is how much a stage lets through to a method. A slash inside the
// path is written ~1, so that /users is "/~1users".
type methodSetting struct {
	HttpMethod, ResourcePath string
	ThrottlingRateLimit      json.Number
	ThrottlingBurstLimit     json.Number
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

// repeatLimits sets the limits of the stage's methods once more. ministack's
// CloudFormation keeps them under the path as the template writes it, where its API
// Gateway does not look for them.
func (d *Deployer) repeatLimits(ctx context.Context, api string, tmpl template) error {
	for _, stage := range tmpl.Resources {
		patches := limitPatches(stage.Properties.MethodSettings)
		if stage.Type != "AWS::ApiGateway::Stage" || len(patches) == 0 {
			continue
		}
		_, err := d.gateway.UpdateStage(ctx, &apigateway.UpdateStageInput{
			RestApiId: &api, StageName: aws.String(stage.Properties.StageName), PatchOperations: patches,
		})
		if err != nil {
			return fmt.Errorf("set the limits of stage %s: %w", stage.Properties.StageName, err)
		}
	}
	return nil
}

// limitPatches sets the limits of all settings that have any, but for the one for
// all methods, which is heeded as it is.
func limitPatches(settings []methodSetting) []gateway.PatchOperation {
	var patches []gateway.PatchOperation
	for _, s := range settings {
		if s.HttpMethod == "*" || s.ThrottlingRateLimit == "" || s.ThrottlingBurstLimit == "" {
			continue
		}
		path := s.ResourcePath + "/" + s.HttpMethod + "/throttling/"
		patches = append(patches, replace(path+"rateLimit", s.ThrottlingRateLimit), replace(path+"burstLimit", s.ThrottlingBurstLimit))
	}
	return patches
}

func replace(path string, value json.Number) gateway.PatchOperation {
	return gateway.PatchOperation{Op: gateway.OpReplace, Path: &path, Value: aws.String(value.String())}
}

// repeatValidators makes the request validators of the deployed template and ties
// its methods to them. ministack's CloudFormation takes both and does nothing with
// them; its API Gateway does.
func (d *Deployer) repeatValidators(ctx context.Context, api string, tmpl template) error {
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
