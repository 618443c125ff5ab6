package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"users-api/scripts/internal/localaws"
)

// queue is how many finished requests may wait to be shown.
const queue = 10_000

type devOptions struct {
	port       int
	json, auth bool
	withParent bool
}

// devCommand runs the service on this machine until it is told to end.
func devCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	var o devOptions
	flags.IntVar(&o.port, "port", 3000, "port of the API on 127.0.0.1; 0 takes any free one")
	flags.BoolVar(&o.json, "json", false, "one JSON object a line")
	flags.BoolVar(&o.auth, "auth", false, "have IAM policies enforced, as Amazon does")
	flags.BoolVar(&o.withParent, "with-parent", false, "end when the process that started this one ends")
	return func(ctx context.Context, ws workspace) error {
		if o.withParent {
			var cancel context.CancelFunc
			ctx, cancel = endWithParent(ctx)
			defer cancel()
		}
		return dev(ctx, ws, o)
	}
}

func dev(ctx context.Context, ws workspace, o devOptions) (err error) {
	screen := newScreen(ws.out, o.json)
	listener, err := listen(o.port) // first: nothing is started in vain
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := localaws.Install(ctx, ws.root, screen); err != nil {
		return err
	}
	aws, err := localaws.Start(ctx, localaws.Options{Root: ws.root, State: ws.state, Auth: o.auth})
	if errors.Is(err, localaws.ErrRunning) {
		return fmt.Errorf("`make dev` is running already in this checkout (%w)", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, aws.Stop()) }()
	run, err := os.Create(filepath.Join(ws.state, runFile)) // which only the one that has the state folder may
	if err != nil {
		return err
	}
	defer run.Close()
	return serve(ctx, ws, screen, newScreen(run, true), listener, aws)
}

// serve deploys and then serves until the context or the emulator ends. What it
// serves is shown on screen and on record.
func serve(ctx context.Context, ws workspace, screen, record *screen, listener net.Listener, aws *localaws.Server) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		<-aws.Exited()
		cancel(fmt.Errorf("the local AWS ended by itself; its log is %s", aws.LogFile()))
	}()
	exchanges := make(chan exchange, queue)
	front := newFront(exchanges, screen)
	keeper, err := newKeeper(ws.root, localaws.NewDeployer(aws, screen), front, screen)
	if err != nil {
		return err
	}
	if err := keeper.first(ctx); err != nil {
		return causeOr(ctx, err)
	}
	crashes, err := newCrashReader(aws.LogFile())
	if err != nil {
		return err
	}
	follower := &follower{
		reader: newLogReader(aws.Config()), screen: screen, record: record, exchanges: exchanges,
		started: time.Now(), functions: keeper.functions, crashes: crashes.read, inFlight: front.inFlight.Load,
	}
	if err := announce(ws, screen, aws, listener); err != nil {
		return err
	}
	record.ready(baseURL(listener))
	following, stop := context.WithCancel(context.WithoutCancel(ctx)) // until the last answer
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { keeper.run(ctx) })
	running.Go(func() { follower.run(following) })
	err = front.serve(ctx, listener)
	cancel(err)
	stop()
	running.Wait()
	return causeOr(ctx, err)
}

// causeOr prefers why the context ended; that it was told to end is no error.
func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// announce says how to use what serves now, and writes the environment for another
// shell to a file as well.
func announce(ws workspace, screen *screen, aws *localaws.Server, listener net.Listener) error {
	file := filepath.Join(ws.state, "env")
	if err := os.WriteFile(file, []byte(aws.Exports()), 0o644); err != nil {
		return err
	}
	screen.say("the framework and the AWS CLI work on it from another shell after `source %s`, or:", relative(ws.root, file))
	for line := range strings.Lines(aws.Exports()) {
		screen.say("  %s", strings.TrimSpace(line))
	}
	url := baseURL(listener)
	screen.say("try: curl -H \"Authorization: Bearer $(make -s token)\" %s/users", url)
	screen.ready(url)
	return nil
}

// relative is a path as it is typed in root.
func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// endWithParent returns a context that ends when the process is handed to another
// parent, which is how every system lets it know that its own has died.
func endWithParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	parent := os.Getppid()
	go func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if os.Getppid() != parent {
					cancel()
				}
			}
		}
	}()
	return ctx, cancel
}
