package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"

	"users-api/scripts/internal/dynamodblocal"
)

// bench is where the functions run.
type bench struct {
	cpu
	table
	memory   int      // MB
	warm     int      // requests, see options
	endpoint string   // of the table and of the secret, with TLS
	trust    []string // variables that name the system's roots
}

// measureAll builds the yardsticks and the functions, and measures them.
func measureAll(ctx context.Context, o options, log io.Writer) (all []*target, err error) {
	b := bench{memory: o.memory, warm: o.warm}
	if b.cpu, err = newCPU(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.cpu.close()) }()
	work, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	server, root, err := newChain()
	if err != nil {
		return nil, err
	}
	if b.trust, err = layOutRoots(work, root); err != nil {
		return nil, err
	}
	fmt.Fprintln(log, "building, which takes minutes the first time")
	if all, err = o.checkouts[0].yardsticks(o.cargo, work, log); err != nil {
		return nil, err
	}
	for _, c := range o.checkouts {
		more, err := c.functions(o.functions, work, root)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, b.serve(ctx, server, func() error { return b.measure(ctx, all, o.rounds, log) })
}

// serve calls a function while the servers run that the targets need.
func (b *bench) serve(ctx context.Context, cert tls.Certificate, measure func() error) error {
	if err := leaveLastCPU(); err != nil {
		return err
	}
	db, err := dynamodblocal.Start(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	server, err := startTLS(db.Endpoint, cert)
	if err != nil {
		return err
	}
	defer server.Close()
	b.endpoint = server.URL
	if b.table, err = newTable(ctx, db.Endpoint); err != nil {
		return err
	}
	return measure()
}
