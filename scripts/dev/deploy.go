package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"users-api/scripts/internal/issuer"
	"users-api/scripts/internal/localaws"
)

// configuration lists what a deployment is made from, except the functions' code: a
// change in any of it requires a whole deployment.
var configuration = []string{"serverless.yml", "package-lock.json", "resources/*", "scripts/serverless/*.js", "pkg/*/schema.json"}

// deployedTag is a tag of the authorizer with the digest of the deployed configuration. The local
// AWS itself has it, so that it is lost together with the deployment.
const (
	deployedTag   = "deployed"
	authorizerARN = localaws.FunctionARN + "authorizer"
)

// deployer deploys the working tree to a local AWS.
type deployer struct {
	ws       workspace
	aws      *localaws.Server
	feed     *feed
	debugged []string       // functions to build for a debugger
	issuer   *issuer.Issuer // of the tokens; nil for the stage's secret
	lambda   *lambda.Client
}

func newDeployer(ws workspace, aws *localaws.Server, feed *feed, debugged []string, tokens *issuer.Issuer) *deployer {
	return &deployer{ws, aws, feed, debugged, tokens, lambda.NewFromConfig(aws.Config())}
}

// sync deploys what differs from what is deployed: the whole service when its configuration
// changed, else the code of functions. When it fails, the previous deployment still serves. An error
// of the compiler or of the framework is its own text.
func (d *deployer) sync(ctx context.Context) error {
	digest, err := configurationDigest(d.ws.root, d.debugged, d.arguments())
	if err != nil {
		return err
	}
	tags, err := d.lambda.ListTags(ctx, &lambda.ListTagsInput{Resource: aws.String(authorizerARN)})
	if err == nil && tags.Tags[deployedTag] == digest {
		return d.replaceCode(ctx)
	}
	if err := d.deploy(ctx); err != nil {
		return err
	}
	_, err = d.lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: aws.String(authorizerARN), Tags: map[string]string{deployedTag: digest}})
	return err
}

// configurationDigest is a digest of the configuration's files, and of options that change what is
// made of them.
func configurationDigest(root string, options ...[]string) (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q", options)
	for _, pattern := range configuration {
		files, _ := filepath.Glob(filepath.Join(root, pattern)) // it fails only for a bad pattern
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(hash, "%q%q", filepath.Base(file), data)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// deploy runs the framework's own deployment.
func (d *deployer) deploy(ctx context.Context) error {
	started := time.Now()
	d.feed.say(message, "deploying with `serverless deploy --stage %s` (about 20 s) …", localaws.Stage)
	out, err := d.command(ctx, "node_modules/.bin/serverless", d.arguments()...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("serverless deploy: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	d.feed.say(message, "deployed in %.1f s", time.Since(started).Seconds())
	return nil
}

// arguments are those of the framework. --force skips its own check whether there is anything to
// deploy: sync has decided that.
func (d *deployer) arguments() []string {
	args := []string{"deploy", "--force", "--stage", localaws.Stage}
	if d.issuer == nil {
		return args
	}
	return append(args, "--param=jwksUrl="+d.issuer.KeysURL, "--param=jwtIssuer="+d.issuer.Name, "--param=jwtAudience=local")
}

// command returns a command that builds functions.
func (d *deployer) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := d.aws.Command(ctx, name, args...)
	cmd.Env = append(cmd.Env, "DEBUGGED_FUNCTIONS="+strings.Join(d.debugged, ","))
	return cmd
}
