package localaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/gofrs/flock"
)

const (
	stackName = Service + "-" + Stage
	// markName is the secret that remembers what was deployed. It is kept by the
	// emulator itself so that it is lost, or kept, together with the deployment.
	markName = secretName + "/deployed"
)

// Deployer makes an emulator serve what the working tree says.
type Deployer struct {
	emulator *Server
	out      io.Writer

	secrets *secretsmanager.Client
	stacks  *cloudformation.Client
	gateway *apigateway.Client
	lambda  *lambda.Client
}

// NewDeployer returns a Deployer that says on out what it does.
func NewDeployer(e *Server, out io.Writer) *Deployer {
	cfg := e.Config()
	return &Deployer{
		emulator: e,
		out:      out,
		secrets:  secretsmanager.NewFromConfig(cfg),
		stacks:   cloudformation.NewFromConfig(cfg),
		gateway:  apigateway.NewFromConfig(cfg),
		lambda:   lambda.NewFromConfig(cfg),
	}
}

// Sync deploys what differs from what is deployed, and nothing when nothing does:
// the whole service with `serverless deploy` when its configuration changed, else
// only the code of the functions that changed. It returns what is deployed then.
//
// When it fails, what was deployed before serves on. An error of the compiler or of
// the framework is its own text.
func (d *Deployer) Sync(ctx context.Context) (Deployment, error) {
	want, err := d.wanted(ctx)
	if err != nil {
		return Deployment{}, err
	}
	have, err := d.marked(ctx)
	if err != nil {
		return Deployment{}, err
	}
	current, err := d.Current(ctx)
	switch {
	case errors.Is(err, errNotDeployed) || err == nil && have.Config != want.Config:
		current, err = d.deploy(ctx, want)
	case err == nil:
		err = d.replaceCode(ctx, current, want, want.changed(have))
	}
	if err != nil {
		return Deployment{}, err
	}
	current.Sources = want
	return current, nil
}

// wanted is what the working tree would deploy, with the secret that a deployment
// copies into the functions' environment.
func (d *Deployer) wanted(ctx context.Context) (Sources, error) {
	sources, err := ReadSources(ctx, d.emulator.opts.Root)
	if err != nil {
		return Sources{}, err
	}
	secret, err := ReadSecret(d.emulator.opts.State)
	if err != nil {
		return Sources{}, err
	}
	value, err := secret.secretString()
	sources.Config = hashStrings(sources.Config, value)
	return sources, err
}

// marked is what was deployed last, empty if nothing was.
func (d *Deployer) marked(ctx context.Context) (Sources, error) {
	var s Sources
	value, err := getSecret(ctx, d.secrets, markName)
	if err != nil || value == "" {
		return s, err
	}
	return s, json.Unmarshal([]byte(value), &s)
}

func (d *Deployer) mark(ctx context.Context, s Sources) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return putSecret(ctx, d.secrets, markName, string(value))
}

// deploy runs the framework's own deployment and adds what the emulator left out.
func (d *Deployer) deploy(ctx context.Context, want Sources) (Deployment, error) {
	if err := d.putSecret(ctx); err != nil {
		return Deployment{}, err
	}
	started := time.Now()
	fmt.Fprintf(d.out, "deploying with `serverless deploy --stage %s` (about 20 s) …\n", Stage)
	// --force: whether anything changed is decided by Sync, and better.
	if err := d.serverless(ctx, "deploy", "--force"); err != nil {
		return Deployment{}, err
	}
	current, err := d.Current(ctx)
	if err != nil {
		return Deployment{}, err
	}
	if err := d.repeat(ctx, current.APIID); err != nil {
		return Deployment{}, err
	}
	fmt.Fprintf(d.out, "deployed in %.1f s\n", time.Since(started).Seconds())
	return current, d.mark(ctx, want)
}

func (d *Deployer) putSecret(ctx context.Context) error {
	secret, err := ReadSecret(d.emulator.opts.State)
	if err != nil {
		return err
	}
	value, err := secret.secretString()
	if err != nil {
		return err
	}
	return putSecret(ctx, d.secrets, secretName, value)
}

// serverless runs a command of the framework on the local stage. One at a time: all
// of them write to .serverless/.
func (d *Deployer) serverless(ctx context.Context, args ...string) error {
	unlock, err := d.lockBuild()
	if err != nil {
		return err
	}
	defer unlock()
	root := d.emulator.opts.Root
	cmd := exec.CommandContext(ctx, filepath.Join(root, "node_modules", ".bin", "serverless"), append(args, "--stage", Stage)...)
	cmd.Dir, cmd.Env = root, d.emulator.Environ()
	endWithParent(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("serverless %s: %w\n%s", strings.Join(args, " "), err, strings.TrimSpace(string(output)))
	}
	return nil
}

// lockBuild waits for its turn to write to .serverless/ and .build/.
func (d *Deployer) lockBuild() (unlock func() error, err error) {
	dir := filepath.Join(d.emulator.opts.Root, ".build")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	if err := lock.Lock(); err != nil {
		return nil, fmt.Errorf("lock the build: %w", err)
	}
	return lock.Unlock, nil
}

// replaceCode builds the functions of the given source folders and puts their code
// in place, all or, when one does not compile, none.
func (d *Deployer) replaceCode(ctx context.Context, current Deployment, want Sources, folders []string) error {
	functions := current.inFolders(folders)
	if len(functions) == 0 {
		return nil
	}
	started := time.Now()
	if err := d.buildAndUpdate(ctx, functions); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "replaced %s in %.1f s\n", keys(functions), time.Since(started).Seconds())
	return d.mark(ctx, want)
}

func (d *Deployer) buildAndUpdate(ctx context.Context, functions []Function) error {
	unlock, err := d.lockBuild()
	if err != nil {
		return err
	}
	defer unlock()
	packages, err := d.build(ctx, functions)
	if err != nil {
		return err
	}
	for _, f := range functions {
		code, err := os.ReadFile(packages[f.Key])
		if err != nil {
			return err
		}
		_, err = d.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &f.Name, ZipFile: code})
		if err != nil {
			return fmt.Errorf("replace the code of %s: %w", f.Key, err)
		}
	}
	return nil
}

// build makes the functions' packages, with the program that `serverless deploy`
// makes them with, and returns their files by function.
func (d *Deployer) build(ctx context.Context, functions []Function) (map[string]string, error) {
	root := d.emulator.opts.Root
	args := []string{filepath.Join("scripts", "serverless", "cli.js")}
	for _, f := range functions {
		args = append(args, f.Key+"="+f.Folder)
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	packages := map[string]string{}
	if err := json.Unmarshal(out, &packages); err != nil {
		return nil, fmt.Errorf("read what was built: %w", err)
	}
	for key, file := range packages {
		packages[key] = filepath.Join(root, file)
	}
	return packages, nil
}

// Deployment is what the emulator serves.
type Deployment struct {
	// APIID is the REST API's id, URL its stage's base URL without a slash at the end.
	APIID, URL string
	Functions  []Function
	// Updated is when CloudFormation last touched the stack.
	Updated time.Time
	// Sources is what it was deployed from. Only Sync sets it.
	Sources Sources
}

// Function is one deployed function.
type Function struct {
	// Key is its name in serverless.yml, Name the one in Lambda, Folder where its
	// source is.
	Key, Name, Folder string
}

var errNotDeployed = errors.New("nothing is deployed")

// Current asks the emulator what it serves.
func (d *Deployer) Current(ctx context.Context) (Deployment, error) {
	updated, err := d.stackUpdated(ctx)
	if err != nil {
		return Deployment{}, err
	}
	resources, err := d.stackResources(ctx)
	if err != nil {
		return Deployment{}, err
	}
	api, ok := resources["ApiGatewayRestApi"]
	if !ok {
		return Deployment{}, errNotDeployed
	}
	functions, err := d.functions(ctx)
	return Deployment{
		APIID:     api,
		URL:       d.emulator.APIURL(api, Stage),
		Functions: functions,
		Updated:   updated,
	}, err
}

// functions lists the stack's functions. Their handler, which Lambda ignores for a
// provided runtime, is the folder of their source.
func (d *Deployer) functions(ctx context.Context) ([]Function, error) {
	out, err := d.lambda.ListFunctions(ctx, &lambda.ListFunctionsInput{MaxItems: aws.Int32(50)})
	if err != nil {
		return nil, fmt.Errorf("list the functions: %w", err)
	}
	var functions []Function
	for _, f := range out.Functions {
		if key, ok := strings.CutPrefix(aws.ToString(f.FunctionName), stackName+"-"); ok && f.Runtime == types.RuntimeProvidedal2023 {
			functions = append(functions, Function{Key: key, Name: aws.ToString(f.FunctionName), Folder: aws.ToString(f.Handler)})
		}
	}
	return functions, nil
}

// inFolders are the functions whose source is in one of the folders.
func (dep Deployment) inFolders(folders []string) []Function {
	var found []Function
	for _, f := range dep.Functions {
		for _, folder := range folders {
			if filepath.ToSlash(filepath.Clean(f.Folder)) == folder {
				found = append(found, f)
			}
		}
	}
	return found
}

func keys(functions []Function) string {
	var names []string
	for _, f := range functions {
		names = append(names, f.Key)
	}
	return strings.Join(names, ", ")
}

// Refresh is for deployments that others make, such as a `serverless deploy` in
// another shell: it returns what is deployed now and, when that is newer than known,
// has added what the emulator left out of it. An error means that nothing serves.
func (d *Deployer) Refresh(ctx context.Context, known Deployment) (Deployment, error) {
	updated, err := d.stackUpdated(ctx)
	if err != nil {
		return known, err
	}
	if updated.Equal(known.Updated) {
		return known, nil
	}
	current, err := d.Current(ctx)
	if err != nil {
		return known, err
	}
	current.Sources = known.Sources
	return current, d.repeat(ctx, current.APIID)
}

// FunctionName is what Lambda calls a function of serverless.yml.
func FunctionName(key string) string { return stackName + "-" + key }

// LogGroup is where a function of serverless.yml writes its log.
func LogGroup(key string) string { return "/aws/lambda/" + FunctionName(key) }
