package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"users-api/pkg/auth"
	"users-api/scripts/internal/install"
	"users-api/scripts/internal/issuer"
	"users-api/scripts/internal/localaws"
)

// options are the flags of `make dev`.
type options struct {
	port               int
	json, auth, issuer bool
	debug              string
}

// serveCommand runs the service on this machine until it is interrupted or the
// process that started it ends.
func serveCommand(flags *flag.FlagSet) func(context.Context, workspace) error {
	var o options
	flags.IntVar(&o.port, "port", 3000, "port of the API on 127.0.0.1; 0 takes any free one")
	flags.BoolVar(&o.json, "json", false, "one JSON object a line")
	flags.BoolVar(&o.auth, "auth", false, "enforce IAM policies, as Amazon does")
	flags.BoolVar(&o.issuer, "issuer", false, "accept tokens of an issuer on this machine, in place of the stage's secret")
	flags.StringVar(&o.debug, "debug", "", "functions to build for a debugger, separated by commas")
	return func(ctx context.Context, ws workspace) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go cancelWithParent(cancel)
		if err := serve(ctx, ws, o); ctx.Err() == nil {
			return err
		}
		return nil // it was told to end
	}
}

// cancelWithParent cancels when the parent process ends: the parent's id then changes.
func cancelWithParent(cancel context.CancelFunc) {
	for parent := os.Getppid(); os.Getppid() == parent; {
		time.Sleep(250 * time.Millisecond)
	}
	cancel()
}

// serve starts a local AWS and serves from it.
func serve(ctx context.Context, ws workspace, o options) error {
	feed := newFeed(screen{ws.out, o.json})
	debugged := strings.FieldsFunc(o.debug, func(r rune) bool { return r == ',' })
	for _, name := range debugged {
		if err := checkFunction("DEBUG", name); err != nil {
			return err
		}
	}
	attachable := feed.attachable(debugged)
	listener, err := listen(o.port) // without the port the rest is useless
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := install.Install(ctx, ws.root, feed, install.Framework, install.LocalAWS, install.Reference); err != nil {
		return err
	}
	aws, err := localaws.Start(ctx, localaws.Options{Root: ws.root, State: ws.state, Auth: o.auth, Output: func(function string, pid int, line string) {
		attachable(function, pid)
		feed.wrote(function, line)
	}})
	if err != nil {
		return err
	}
	front, err := newFront(aws.APIURL(localaws.StackName, localaws.Stage), feed)
	var tokens *issuer.Issuer
	if err == nil && o.issuer {
		tokens, err = issuer.Open(ws.state, "http://"+listener.Addr().String())
	}
	if err == nil {
		handler := (&pages{ws, console{feed, front}, tokens}).handler(front.handler())
		err = serveFrom(ctx, newDeployer(ws, aws, feed, debugged, tokens), listener, handler)
	}
	return errors.Join(err, aws.Stop())
}

// serveFrom deploys to a local AWS and serves until the context ends, or the local AWS.
func serveFrom(ctx context.Context, d *deployer, listener net.Listener, handler http.Handler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		<-d.aws.Exited()
		cancel(fmt.Errorf("the local AWS ended by itself; its log is %s", d.aws.LogFile()))
	}()
	saved := sources(d.ws.root)
	err := d.sync(ctx)
	if functions, _ := d.functions(ctx); err != nil && len(functions) == 0 { // nothing serves
		return err
	}
	d.report(ctx, err)
	go d.watch(ctx, saved)
	url := "http://" + listener.Addr().String()
	if err := d.aws.Announce(url); err != nil {
		return err
	}
	if _, err := issuer.Token(ctx, d.ws.state, "", "local-user", nil, time.Minute); errors.Is(err, issuer.ErrOther) {
		d.feed.say(message, "%v", err)
	}
	if len(d.debugged) > 0 {
		d.feed.say(message, "to debug %s, send it a request: each new process says how to attach", strings.Join(d.debugged, " and "))
	}
	d.feed.say(message, "for the framework and the AWS CLI in another shell: source .local/env")
	d.feed.say(message, "the console: %s/_console, the reference of the API: %s/_docs", url, url)
	d.feed.show(event{Kind: ready, Time: time.Now(), URL: url})
	return errors.Join(serveUntil(ctx, listener, handler), context.Cause(ctx))
}

// checkFunction checks that the value of a variable is the name of a function.
func checkFunction(variable, name string) error {
	names := []string{"authorizer"}
	for _, r := range auth.Routes() {
		names = append(names, r.Function)
	}
	if !slices.Contains(names, name) {
		return fmt.Errorf("%s=%s: no function has this name; the functions are %s", variable, name, strings.Join(names, ", "))
	}
	return nil
}

// attachable returns a function that takes the process of a function, and shows once how to attach a
// debugger to it if the function is one of those to debug. It is called from one goroutine.
func (f *feed) attachable(debugged []string) func(function string, pid int) {
	shown := map[int]bool{}
	return func(function string, pid int) {
		name := strings.TrimPrefix(function, localaws.StackName+"-")
		if shown[pid] || !slices.Contains(debugged, name) {
			return
		}
		shown[pid] = true
		f.say(message, "to debug %s: dlv attach %d\n"+
			`or an editor's launch entry: {"name": %q, "type": "go", "request": "attach", "mode": "local", "processId": %d}`, name, pid, name, pid)
	}
}
