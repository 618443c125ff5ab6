// Command local is the laptop's side of users-api: `make dev` and the commands
// around it. It runs an AWS on this machine, deploys the service to it with the very
// command that deploys it to Amazon's, and shows what happens.
//
// What it starts, deploys and keeps equal to the working tree is package emulator's
// business. Here are the front that gives the API a fixed address, what is shown of
// each request, and the small commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"users-api/scripts/internal/repository"
)

// workspace is where a command works.
type workspace struct {
	// root is the repository's folder, state the one of the local AWS.
	root, state string
	out         io.Writer
}

// command is a subcommand. It adds its flags and returns what runs after they are
// parsed.
type command func(*flag.FlagSet) func(context.Context, workspace) error

var commands = map[string]command{
	"dev":     devCommand,
	"install": installCommand,
	"token":   tokenCommand,
	"api-key": apiKeyCommand,
	"invoke":  invokeCommand,
	"logs":    logsCommand,
	"stats":   statsCommand,
	"reset":   resetCommand,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A second Ctrl-C ends at once what does not end in good order.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New("usage: local dev|install|token|api-key|invoke|logs|stats|reset [flags]; `make help` lists what they are for")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(os.Stderr)
	state := flags.String("state", "", "folder of the local AWS (default .local)")
	execute := commands[args[0]](flags)
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes no argument %q; values are given as flags, see `local %s -h`", args[0], flags.Arg(0), args[0])
	}
	ws, err := openWorkspace(*state, out)
	if err != nil {
		return err
	}
	return execute(ctx, ws)
}

func openWorkspace(state string, out io.Writer) (workspace, error) {
	root, err := repository.Root()
	if err != nil {
		return workspace{}, err
	}
	if state == "" {
		state = filepath.Join(root, ".local")
	}
	state, err = filepath.Abs(state)
	return workspace{root: root, state: state, out: out}, err
}

// words splits a list that is separated by spaces, commas or plus signs.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' || r == '+' })
}
