// Command engines runs a command beside the database engines that tests need, and
// ends them when it ends:
//
//	engines go test -tags engines ./pkg/.../enginetest
//
// The command finds DynamoDB Local at DYNAMODB_LOCAL_URL and a local AWS at
// LOCAL_AWS_URL. The exit status is 1 if the command fails or an engine does not start.
package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"syscall"

	"users-api/scripts/internal/cli"
	"users-api/scripts/internal/dynamodblocal"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

func main() { cli.Main(run) }

func run(ctx context.Context, command []string, _ io.Writer) error {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	state, err := os.MkdirTemp("", "engines-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	aws, err := localaws.Start(ctx, localaws.Options{Root: root, State: state})
	if err != nil {
		return err
	}
	defer aws.Stop() //nolint:errcheck // its state is thrown away
	dynamodb, err := dynamodblocal.Start(ctx)
	if err != nil {
		return err
	}
	defer dynamodb.Close()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), dynamodblocal.URLVariable+"="+dynamodb.Endpoint, "LOCAL_AWS_URL="+aws.URL)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // make ends its own commands then
	return cmd.Run()
}
