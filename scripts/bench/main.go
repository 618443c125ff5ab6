// Command bench measures cold starts and CPU of the functions in serverless.yml,
// beside two yardsticks: floor, a function that answers a constant, and
// conventional, a function that gets one item the way public examples do.
//
//	make bench                              all functions at 128 MB, 20 rounds
//	make bench F=getUser,createUser N=50    two functions, 50 rounds
//	make bench MEM=128,256,512 SVG=cold.svg three sizes, with a plot
//	make bench BASE=../main                 compared with another checkout
//
// It builds the functions as a deployment does, serves them the Lambda Runtime API,
// and starts each of them anew in every round, in random order, so that a change of
// the machine's load falls on all alike. A cold request is the initialization (from
// the start of the process until it asks for its first event) and the first request
// together. Warm requests follow. Compare ratios within one run: machines differ.
//
// What is as on Lambda:
//
//   - CPU: all of one CPU during initialization, and from the first event on the
//     memory size's share, as a quota in periods of 20 ms: 1.45 ms at 128 MB.
//     DynamoDB Local, the TLS server and the Runtime API run on other CPUs.
//   - TLS: a chain of three RSA certificates. The bench's root is among the system's
//     roots, laid out as Amazon Linux 2023 does, and takes the place of Amazon Root
//     CA 1 in the file of Amazon's roots that the product embeds.
//   - Events: the functions' test events, filled up to the size of a browser's.
//
// What is left out: fetching the package, starting the microVM, and the network
// between function and table, which a function cannot change.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	b := &bench{options: o, log: stderr}
	all, err := b.run(ctx)
	err = errors.Join(err, b.close())
	if err == nil && o.raw != "" {
		err = writeRaw(all, o.raw)
	}
	if err == nil && o.svg != "" {
		err = writePlot(all, o.svg)
	}
	if err != nil {
		return err
	}
	return writeTable(stdout, all)
}
