// Command dev is `make dev` and the commands around it. It runs a local AWS (package
// localaws), deploys the service to it with the command that deploys it to Amazon,
// gives the API a fixed address, shows each request, and deploys files that are saved.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"users-api/scripts/internal/cli"
	"users-api/scripts/internal/install"
	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

// workspace is where a command works.
type workspace struct {
	// root is the repository's folder, state the one of the local AWS.
	root, state string
	out         io.Writer
}

// command is a subcommand. It adds its flags and returns what runs after they are parsed.
type command func(*flag.FlagSet) func(context.Context, workspace) error

var commands = map[string]command{
	"serve":   serveCommand,
	"install": installCommand,
	"token":   tokenCommand,
	"api-key": apiKeyCommand,
	"rotate":  rotateCommand,
	"logs":    logsCommand,
	"reset":   resetCommand,
}

func main() {
	cli.Main(func(ctx context.Context, args []string, out io.Writer) error {
		root, err := repository.Root()
		if err != nil {
			return err
		}
		return run(ctx, args, workspace{root, filepath.Join(root, ".local"), out})
	})
}

func run(ctx context.Context, args []string, ws workspace) error {
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New("usage: dev serve|install|token|api-key|rotate|logs|reset [flags]; `make help` lists what they are for")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	execute := commands[args[0]](flags)
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes no argument %q: values are given as flags, see `dev %s -h`", args[0], flags.Arg(0), args[0])
	}
	return execute(ctx, ws)
}

// installCommand installs all that `make test` needs, which includes all that other targets need.
func installCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	framework := flags.Bool("framework", false, "only the Serverless Framework, for deployments to Amazon")
	return func(ctx context.Context, ws workspace) error {
		tools := []install.Tool{install.Framework, install.LocalAWS, install.Reference, install.Linters, install.Checkov, install.OpenAPI}
		if *framework {
			tools = tools[:1]
		}
		return install.Install(ctx, ws.root, ws.out, tools...)
	}
}

func resetCommand(*flag.FlagSet) func(context.Context, workspace) error {
	return func(_ context.Context, ws workspace) error {
		if err := localaws.Reset(ws.state); err != nil {
			return err
		}
		_, err := fmt.Fprintf(ws.out, "removed %s: users, logs, secrets and the deployment of the local AWS\n", ws.state)
		return err
	}
}
