// Command bench measures how fast the functions start and how much CPU a
// request takes, against two yardsticks that it keeps: floor, a function that
// answers a constant, and conventional, a function that reads one item the way
// public examples do.
//
//	go run ./scripts/bench [-f getUser,…] [-n 20] [-mem 128,256,512] [-json] [-svg dir]
//
// # What it measures
//
// It builds the functions with the flags of a deployment and runs each many
// times as Lambda would: it serves them the Runtime API, starts a process, gives
// it the whole CPU until it asks for its first event, from then on only the
// share that the memory size has, and then sends the first request and a number
// of warm ones. The table is DynamoDB Local behind a TLS proxy. Every function
// is started once per round, in random order, so that what the machine does
// besides falls on all of them alike, and what counts are ratios within one run.
//
// # What makes it like Lambda
//
//   - CPU: a cgroup's quota, memory size / 1,769 MB of a core in each 20 ms, and
//     two cores at most. Where no cgroup may be written the figures are estimates from the
//     CPU time that was used, and the report says so.
//   - System roots: the function runs in a folder of its own as its root folder
//     (chroot), in which /etc/ssl and /etc/pki are laid out as on Amazon Linux
//     2023: one bundle of Mozilla's roots and four links to it, all of which Go
//     reads. Where chroot is not allowed, SSL_CERT_FILE and SSL_CERT_DIR name the
//     same files, and the report says so.
//   - TLS: a chain of three RSA certificates, like Amazon's. The bench's root
//     takes the place of Amazon Root CA 1: in the system's bundle, and, by `go
//     build -overlay`, in the file of Amazon's roots that package store embeds. So
//     the code that is measured is the code that is deployed.
//
// What it leaves out: fetching the zip, starting the microVM and the network to
// the table, which a function cannot change.
//
// It needs Linux, and Java and Maven for DynamoDB Local.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp): // it has been given
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	opts, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, opts)
	if err != nil {
		return err
	}
	report, err := b.run(ctx)
	if err := errors.Join(err, b.close()); err != nil {
		return err
	}
	return publish(report, opts, os.Stdout)
}

// publish writes the report: a table for people or JSON for machines, and plots
// where asked for.
func publish(r Report, opts options, stdout *os.File) error {
	if opts.svgDir != "" {
		if err := writePlots(r, opts.svgDir); err != nil {
			return err
		}
	}
	if opts.json {
		return writeJSON(stdout, r)
	}
	return writeText(stdout, r)
}
