// Command bench measures cold starts and CPU of the functions in serverless.yml, beside
// two yardsticks: floor, a function that answers a constant, and conventional, a function
// that gets one item the way public examples do. docs/speed.md says how to use it, and
// which conditions of Lambda it reproduces.
//
// It starts each function anew in every round, in random order, so that a change of the
// machine's load falls on all alike. A cold request is the initialization (from the start
// of the process until it asks for its first event) and the first request together.
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
	"strconv"
	"strings"
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
	all, err := measureAll(ctx, o, stderr)
	if err != nil {
		return err
	}
	return report(ctx, o, all, stdout)
}

// options are those of the command line. An empty string is an option that was not given.
type options struct {
	functions []string // names in serverless.yml; none means all
	rounds    int      // cold starts of each function at each memory size
	memory    []int    // MB
	base      string   // folder of another checkout
	svg, raw  string   // files for the plot and for each measurement
}

func parseOptions(args []string, stderr io.Writer) (o options, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	functions := f.String("f", "", "`functions` to measure, as named in serverless.yml (default all)")
	f.IntVar(&o.rounds, "n", 20, "cold starts of each")
	memory := f.String("mem", "128", "memory `sizes` in MB")
	f.StringVar(&o.base, "base", "", "compare with the functions of another checkout in this `folder`")
	f.StringVar(&o.svg, "svg", "", "draw the cold requests to this `file`")
	f.StringVar(&o.raw, "raw", "", "write each measurement to this `file` in Go's benchmark format, for benchstat")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 || o.rounds < 1 {
		return o, fmt.Errorf("-n must be at least 1, and functions are named with -f: %q", args)
	}
	if o.base != "" {
		o.base, err = filepath.Abs(o.base)
	}
	if *functions != "" {
		o.functions = strings.Split(*functions, ",")
	}
	for size := range strings.SplitSeq(*memory, ",") {
		mb, err := strconv.Atoi(size)
		if err != nil || mb < 128 || mb > 10240 { // Lambda's limits
			return o, fmt.Errorf("-mem %s: must be MB from 128 to 10240, such as 128,256,512", *memory)
		}
		o.memory = append(o.memory, mb)
	}
	return o, err
}
