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
	"reflect"
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
	out, err := d.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{MaxItems: aws.Int32(50)})
	if err != nil {
		return nil, fmt.Errorf("list the functions: %w", err)
	}
	functions := map[string]types.FunctionConfiguration{}
	for _, f := range out.Functions {
		if key, ours := strings.CutPrefix(aws.ToString(f.FunctionName), localaws.StackName+"-"); ours {
			functions[key] = f
		}
	}
	return functions, nil
}

// replaceCode builds the functions that depend on the files, and replaces the code of
// those whose package differs from Lambda's. If one does not compile, it replaces none.
func (d *deployer) replaceCode(ctx context.Context, functions map[string]types.FunctionConfiguration, files []string) error {
	started := time.Now()
	packages, err := d.build(ctx, functions, files)
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
		d.start(ctx, replaced...)
	}
	return nil
}

// noteCachedDecisions says, if the authorizer is no longer what it was, that API Gateway still has
// its decisions.
func (d *deployer) noteCachedDecisions(ctx context.Context, was types.FunctionConfiguration) {
	functions, err := d.functions(ctx)
	if is := functions["authorizer"]; err == nil && (aws.ToString(is.CodeSha256) != aws.ToString(was.CodeSha256) || !reflect.DeepEqual(is.Environment, was.Environment)) {
		d.feed.say(message, "the authorizer has changed: API Gateway keeps earlier decisions for authorizerTtl (300 s by default); use a new token to see the change at once")
	}
}

// build builds the functions that depend on the files, with the program that builds
// them for `serverless deploy`. It returns their packages, relative to the root.
func (d *deployer) build(ctx context.Context, functions map[string]types.FunctionConfiguration, files []string) (packages map[string]string, err error) {
	args := []string{"scripts/serverless/build.js"}
	for key, f := range functions {
		folder := aws.ToString(f.Handler) // Lambda itself does not read it
		depends, err := dependsOn(ctx, d.ws.root, folder, files)
		if err != nil {
			return nil, err
		}
		if depends {
			args = append(args, key+"="+folder)
		}
	}
	if len(args) == 1 {
		return nil, nil
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

// dependsOn reports whether the function in a folder is built from one of the files: one of its
// packages' folders, or below, as what is embedded may be, or one in the root, such as go.mod.
func dependsOn(ctx context.Context, root, folder string, files []string) (bool, error) {
	if slices.ContainsFunc(files, func(file string) bool { return filepath.Dir(file) == root }) {
		return true, nil
	}
	// -e lists packages that do not compile too: the compiler reports the errors.
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-f", "{{.Dir}}/", "./"+folder)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("go list ./%s: %w", folder, err)
	}
	for dir := range strings.Lines(string(out)) {
		if slices.ContainsFunc(files, func(file string) bool { return strings.HasPrefix(file, strings.TrimSpace(dir)) }) {
			return true, nil
		}
	}
	return false, nil
}
