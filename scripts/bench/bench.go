package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"users-api/scripts/internal/dynamodblocal"
)

// bench is a run: what is built and what is running.
type bench struct {
	opts     options
	root     string // of the repository
	work     string
	project  project
	builder  *builder
	sandbox  *sandbox
	groups   *cpuGroups // nil where the machine allows none
	db       *dynamodblocal.Server
	proxy    *proxy
	creator  *instance
	supply   *supply
	targets  []target
	notes    []string
	progress *progress
}

// newBench builds and starts everything. The caller closes it.
func newBench(ctx context.Context, opts options) (*bench, error) {
	b := &bench{opts: opts, progress: newProgress(opts.progress)}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"reading the project", b.readProject},
		{"starting DynamoDB Local", b.startTable},
		{"laying out the file system", b.layOut},
		{"building", b.buildAll},
		{"trying the machine's limits", b.findLimits},
		{"filling the table", b.fill},
		{"warming the table up", b.warmUp},
	} {
		b.progress.say(step.what)
		if err := step.do(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", step.what, err), b.close())
		}
	}
	return b, nil
}

// close ends and removes what the run has started and made.
func (b *bench) close() error {
	var errs []error
	if b.creator != nil {
		errs = append(errs, b.creator.close())
	}
	if b.proxy != nil {
		errs = append(errs, b.proxy.close())
	}
	if b.db != nil {
		errs = append(errs, b.db.Close())
	}
	if b.work != "" {
		errs = append(errs, os.RemoveAll(b.work))
	}
	return errors.Join(errs...)
}

// start starts an instance of a target as if it had mb of memory.
func (b *bench) start(t target, mb int) (*instance, error) {
	binary := t.binary
	if t.counting {
		binary += countingSuffix
	}
	env := environ(lambdaEnvironment(t.name, mb, b.proxy.endpoint()), t.env)
	var l limiter = unlimited{}
	if b.groups != nil {
		group, err := b.groups.newGroup()
		if err != nil {
			return nil, err
		}
		l = group
	}
	return startInstance(b.sandbox.command(binary, env), l)
}
