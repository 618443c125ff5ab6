package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/google/uuid"

	"users-api/pkg/store"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

// target is the table that is filled.
type target struct {
	name  string // for messages
	table table
	local bool
}

// findTarget opens the table that the environment names, or else the one of the
// local AWS of this checkout.
func findTarget(ctx context.Context, workers int) (target, error) {
	name := strings.TrimSpace(os.Getenv("TABLE_NAME"))
	if name == "" {
		return localTarget(workers)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return target{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return target{}, errors.New("which region? Set AWS_REGION, or AWS_PROFILE to a profile with one")
	}
	if err := checkCredentials(ctx, cfg); err != nil {
		return target{}, err
	}
	return newTarget(cfg, name, "table "+name+" in "+cfg.Region, workers), nil
}

// credentialsTime bounds the search for credentials, which ends at a service that
// only Amazon's own machines have.
const credentialsTime = 10 * time.Second

func checkCredentials(ctx context.Context, cfg aws.Config) error {
	ctx, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return fmt.Errorf("no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (%w)", err)
	}
	return nil
}

func localTarget(workers int) (target, error) {
	root, err := repository.Root()
	if err != nil {
		return target{}, err
	}
	url, err := localaws.Running(filepath.Join(root, ".local"))
	if errors.Is(err, localaws.ErrNotRunning) {
		return target{}, errors.New("the local AWS is not running: start it with `make dev` in another terminal, or name another table with TABLE_NAME")
	}
	if err != nil {
		return target{}, err
	}
	name := localaws.Service + "-" + localaws.Stage
	t := newTarget(localaws.ConfigFor(url), name, "table "+name+" of the local AWS", workers)
	t.local = true
	return t, nil
}

// newTarget opens a table with a connection for each worker.
func newTarget(cfg aws.Config, name, shown string, workers int) target {
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = workers, workers
	})
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxBackoff = 2 * time.Second
			o.RateLimiter = ratelimit.None // a table that grows into its load throttles for minutes
		})
	}
	cfg.Logger = logging.Nop{} // it would warn of each refusal by DynamoDB Local, which has no checksum
	return target{name: shown, table: store.New(dynamodb.NewFromConfig(cfg), name, time.Now, uuid.NewV7)}
}

// explain adds to an error of the table what to do about it.
func (t target) explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return fmt.Errorf("there is no %s: deploy it first (`make dev` for this machine, `make deploy` for Amazon), or name another one with TABLE_NAME", t.name)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%w\nNothing answers there: start `make dev`, or correct AWS_ENDPOINT_URL", err)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && refusals[api.ErrorCode()] {
		return fmt.Errorf("AWS refused the credentials for %s (%s: %s): they need dynamodb:GetItem and dynamodb:PutItem on it",
			t.name, api.ErrorCode(), api.ErrorMessage())
	}
	return err
}

// refusals are what DynamoDB answers to credentials that are not good enough.
var refusals = map[string]bool{
	"AccessDeniedException":       true,
	"ExpiredTokenException":       true,
	"InvalidSignatureException":   true,
	"UnrecognizedClientException": true,
}
