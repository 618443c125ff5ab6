package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"users-api/scripts/internal/localaws"
)

// functions are the deployed functions by their names in serverless.yml.
func (d *deployer) functions(ctx context.Context) (map[string]types.FunctionConfiguration, error) {
	functions := map[string]types.FunctionConfiguration{}
	for pages := lambda.NewListFunctionsPaginator(d.lambda, &lambda.ListFunctionsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the functions: %w", err)
		}
		for _, f := range page.Functions {
			if key, ours := strings.CutPrefix(aws.ToString(f.FunctionName), localaws.StackName+"-"); ours {
				functions[key] = f
			}
		}
	}
	return functions, nil
}

// replaceCode builds the functions, and replaces the code of those whose package differs from
// Lambda's. If one does not compile, it replaces none.
func (d *deployer) replaceCode(ctx context.Context) error {
	started := time.Now()
	functions, err := d.functions(ctx)
	if err != nil {
		return err
	}
	packages, err := d.build(ctx, functions)
	if err != nil {
		return err
	}
	var replaced []string
	for _, key := range slices.Sorted(maps.Keys(packages)) {
		code, err := os.ReadFile(filepath.Join(d.ws.root, packages[key]))
		if err != nil {
			return err
		}
		sum, f := sha256.Sum256(code), functions[key]
		if base64.StdEncoding.EncodeToString(sum[:]) == aws.ToString(f.CodeSha256) {
			continue
		}
		if _, err := d.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: f.FunctionName, ZipFile: code}); err != nil {
			return fmt.Errorf("replace the code of %s: %w", key, err)
		}
		replaced = append(replaced, key)
	}
	if len(replaced) > 0 {
		d.feed.say(message, "replaced %s in %.1f s", strings.Join(replaced, ", "), time.Since(started).Seconds())
	}
	if slices.Contains(replaced, "authorizer") {
		d.feed.say(message, "the authorizer has changed: API Gateway keeps earlier decisions for authorizerTtl (300 s by default); use a new token to see the change at once")
	}
	return nil
}

// build builds the functions with the program that builds them for `serverless deploy`. It returns
// their packages, relative to the root.
func (d *deployer) build(ctx context.Context, functions map[string]types.FunctionConfiguration) (packages map[string]string, err error) {
	args := []string{"scripts/serverless/build.js"}
	for key, f := range functions {
		args = append(args, key+"="+aws.ToString(f.Handler)) // Lambda itself does not read it
	}
	out, err := d.command(ctx, "node", args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	return packages, json.Unmarshal(out, &packages)
}
