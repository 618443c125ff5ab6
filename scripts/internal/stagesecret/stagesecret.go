// Package stagesecret reads and changes the secret of a deployed stage, which has the key that signs
// its JWTs and its API keys.
package stagesecret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"users-api/scripts/internal/account"
	"users-api/scripts/internal/localaws"
)

// The staging labels of versions.
const (
	Current  = "AWSCURRENT"
	Previous = "AWSPREVIOUS"
	pending  = "AWSPENDING"
)

// Secret is the secret of a stage.
type Secret struct {
	ARN    string
	client *secretsmanager.Client
}

// Open finds the secret of a stage by the output of its stack.
func Open(ctx context.Context, cfg aws.Config, stack string) (Secret, error) {
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return Secret{}, fmt.Errorf("find the secret of %s, which its deployment makes: %w", stack, err)
	}
	for _, o := range out.Stacks[0].Outputs {
		if aws.ToString(o.OutputKey) == "SecretArn" {
			return Secret{aws.ToString(o.OutputValue), secretsmanager.NewFromConfig(cfg)}, nil
		}
	}
	return Secret{}, fmt.Errorf("the stack %s has no output SecretArn: deploy it first", stack)
}

// OpenStage finds the secret of stage local in the local AWS that runs on a state folder, and that of
// any other stage with the AWS configuration of the shell.
func OpenStage(ctx context.Context, state, stage string) (Secret, error) {
	if stage == localaws.Stage {
		local, err := localaws.Running(state)
		if err != nil {
			return Secret{}, err
		}
		return Open(ctx, local.Config(), localaws.StackName)
	}
	cfg, err := account.ShellConfig(ctx)
	if err != nil {
		return Secret{}, err
	}
	return Open(ctx, cfg, localaws.Service+"-"+stage)
}

// Read returns the id and the value of the version with a staging label.
func (s Secret) Read(ctx context.Context, label string) (id string, value Value, err error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.ARN, VersionStage: &label})
	if err != nil {
		return "", nil, fmt.Errorf("read the secret: %w", err)
	}
	if json.Unmarshal([]byte(aws.ToString(out.SecretString)), &value) != nil {
		return "", nil, fmt.Errorf("%s of the secret %s is not a JSON object of texts", label, s.ARN)
	}
	return aws.ToString(out.VersionId), value, nil
}

// maxTries is more than the changes that people make at the same time.
const maxTries = 20

// Change makes a new version current, which change makes of the current one. A change that somebody
// else makes meanwhile is not lost: change is called again.
func (s Secret) Change(ctx context.Context, change func(Value)) error {
	for range maxTries {
		err := s.tryChange(ctx, change)
		if _, moved := errors.AsType[*types.InvalidParameterException](err); !moved {
			return err
		}
	}
	return fmt.Errorf("gave up after %d tries: others change the secret %s at the same time", maxTries, s.ARN)
}

// tryChange moves AWSCURRENT from the version that was read, which fails if another one has it
// meanwhile.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
func (s Secret) tryChange(ctx context.Context, change func(Value)) error {
	from, value, err := s.Read(ctx, Current)
	if err != nil {
		return err
	}
	jwtSecret := value[jwtSecretName]
	change(value)
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	before, _, err := s.Read(ctx, Previous)
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); err != nil && !none {
		return err
	}
	to, err := s.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &s.ARN, SecretString: aws.String(string(text)), VersionStages: []string{pending},
	})
	if err != nil {
		return fmt.Errorf("put a version of the secret: %w", err)
	}
	if err := s.move(ctx, Current, from, *to.VersionId); err != nil {
		return err
	}
	if before == "" || value[jwtSecretName] != jwtSecret {
		return nil
	}
	// AWSPREVIOUS has moved along. It goes back to the version with the secret whose tokens are still
	// good, which the change did not concern.
	if err := s.move(ctx, Previous, from, before); err != nil {
		return fmt.Errorf("the secret is changed, but tokens by the jwtSecret before its last rotation are no longer accepted: %v", err)
	}
	return nil
}

func (s Secret) move(ctx context.Context, label, from, to string) error {
	_, err := s.client.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &s.ARN, VersionStage: &label, RemoveFromVersionId: &from, MoveToVersionId: &to,
	})
	if err != nil {
		return fmt.Errorf("move %s to another version of the secret: %w", label, err)
	}
	return nil
}
