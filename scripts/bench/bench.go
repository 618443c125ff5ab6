package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"users-api/scripts/internal/dynamodblocal"
	"users-api/scripts/internal/repository"
)

// bench is a run.
type bench struct {
	options
	log          io.Writer
	work         string // folder for binaries and certificates
	cpus         cpus
	quota        *quota
	db, endpoint string   // URLs of DynamoDB Local, without and with TLS
	root         []byte   // certificate that endpoint's chains to
	trust        []string // variables that name the system's roots
	closers      []func() error
}

// run starts everything and measures. The caller closes the bench.
func (b *bench) run(ctx context.Context) (all []*series, err error) {
	if b.cpus, err = splitCPUs(); err != nil {
		return nil, err
	}
	if b.quota, err = newQuota(); err != nil {
		return nil, err
	}
	b.closers = append(b.closers, b.quota.remove)
	if b.work, err = os.MkdirTemp("", "bench-"); err != nil {
		return nil, err
	}
	b.closers = append(b.closers, func() error { return os.RemoveAll(b.work) })
	fmt.Fprintln(b.log, "starting DynamoDB Local and building")
	if err := b.startTable(ctx); err != nil {
		return nil, err
	}
	targets, err := b.targets(ctx)
	if err != nil {
		return nil, err
	}
	return b.measure(ctx, targets)
}

// startTable starts DynamoDB Local behind TLS, and lays out the roots by which the
// functions trust it.
func (b *bench) startTable(ctx context.Context) error {
	db, err := dynamodblocal.Start(ctx)
	if err != nil {
		return err
	}
	b.db, b.closers = db.Endpoint(), append(b.closers, db.Close)
	server, root, err := startTLS(b.db)
	if err != nil {
		return err
	}
	b.closers = append(b.closers, func() error { server.Close(); return nil })
	b.endpoint, b.root = server.URL, root
	b.trust, err = layOutRoots(b.work, root)
	return err
}

// targets returns the yardsticks, the functions of this checkout, and those of the
// base that are not new in this checkout.
func (b *bench) targets(ctx context.Context) ([]*target, error) {
	dir, err := repository.Root()
	if err != nil {
		return nil, err
	}
	own, err := b.open(ctx, dir, "")
	if err != nil {
		return nil, err
	}
	names := b.functions
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(own.Functions))
	}
	all, err := own.targets(append(yardsticks, names...))
	if err != nil || b.base == "" {
		return all, err
	}
	base, err := b.open(ctx, b.base, baseSuffix)
	if err != nil {
		return nil, err
	}
	isNew := func(name string) bool { return base.Functions[name].Handler == "" }
	old, err := base.targets(slices.DeleteFunc(names, isNew))
	return append(all, old...), err
}

// close ends the servers and removes the files of the run.
func (b *bench) close() error {
	var errs []error
	for _, c := range slices.Backward(b.closers) {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}
