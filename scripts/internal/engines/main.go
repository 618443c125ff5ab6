// Command engines runs a command beside the database engines that tests need, and
// ends them when it ends:
//
//	engines go test -tags engines ./pkg/.../enginetest
//
// The command finds DynamoDB Local at DYNAMODB_LOCAL_URL and a local AWS at
// LOCAL_AWS_URL. The exit status is the command's, or 1 if an engine did not start.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"users-api/scripts/internal/dynamodblocal"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command []string) error {
	if len(command) == 0 {
		return errors.New("usage: engines COMMAND [ARGUMENT ...]")
	}
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
