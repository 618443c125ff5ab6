package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"users-api/scripts/internal/dynamodblocal"
)

// bench is where the functions run.
type bench struct {
	*cpu
	table
	endpoint string   // of the table and of the secret, with TLS
	trust    []string // variables that name the system's roots
}

// measureAll starts everything that the functions need, builds them and measures them.
func measureAll(ctx context.Context, o options, log io.Writer) (all []*target, err error) {
	var b bench
	if b.cpu, err = newCPU(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.cpu.close()) }()
	work, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	fmt.Fprintln(log, "starting DynamoDB Local and building")
	db, err := dynamodblocal.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	server, root, err := startTLS(db.Endpoint)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	b.endpoint = server.URL
	if b.trust, err = layOutRoots(work, root); err != nil {
		return nil, err
	}
	if b.table, err = newTable(ctx, db.Endpoint); err != nil {
		return nil, err
	}
	if all, err = buildAll(o, work, root); err != nil {
		return nil, err
	}
	return all, b.measure(ctx, all, o.rounds, log)
}
