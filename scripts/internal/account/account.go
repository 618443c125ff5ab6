// Package account reads with which AWS account a tool works.
package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// ShellConfig reads the AWS configuration of the shell, and checks that it is complete.
func ShellConfig(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil && cfg.Region == "" {
		err = errors.New("it has no region")
	}
	if err == nil {
		_, err = cfg.Credentials.Retrieve(ctx)
	}
	if err != nil {
		return cfg, fmt.Errorf("read the AWS configuration: %w; set AWS_PROFILE, or AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", err)
	}
	return cfg, nil
}
