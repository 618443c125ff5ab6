// Command bench measures cold starts and CPU of the functions in serverless.yml beside three
// yardsticks: floor, a function that answers a constant; conventional, a function that gets
// one item the way public examples do; and rust, the same in Rust. docs/speed.md says how to
// use it, and which conditions of Lambda it reproduces.
//
// It starts each function anew in every round, in random order, so that a change of the
// machine's load falls on all alike. A cold request is the initialization (from the start
// of the process until it asks for its first event) and the first request together.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"users-api/scripts/internal/cli"
	"users-api/scripts/internal/repository"
)

func main() {
	cli.Main(func(ctx context.Context, args []string, out io.Writer) error { return run(ctx, args, out, os.Stderr) })
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	all, err := measureAll(ctx, o, stderr)
	if err != nil {
		return err
	}
	writeTable(all, stdout)
	return writeStatistics(ctx, o.checkouts[0].dir, all, stdout)
}

// options are those of the command line.
type options struct {
	functions []string   // names in serverless.yml; none means all
	rounds    int        // cold starts of each function
	memory    int        // MB
	warm      int        // requests after each cold one and those that settle
	cargo     string     // program
	checkouts []checkout // this one, and the base if there is one
}

func parseOptions(args []string) (o options, err error) {
	root, err := repository.Root()
	if err != nil {
		return o, err
	}
	o.checkouts = []checkout{{this, root}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.Func("f", "`functions` to measure, as named in serverless.yml (default all)", func(names string) error {
		o.functions = strings.Split(names, ",")
		return nil
	})
	f.Func("base", "compare with the functions of another checkout in this `folder`", func(dir string) error {
		dir, err := filepath.Abs(dir)
		o.checkouts = append(o.checkouts, checkout{base, dir})
		return err
	})
	f.IntVar(&o.rounds, "n", 20, "cold starts of each function")
	f.IntVar(&o.memory, "mem", 128, "memory size in `MB`")
	f.IntVar(&o.warm, "warm", 40, "warm requests after each cold start")
	f.StringVar(&o.cargo, "cargo", "cargo", "`program` that builds the yardstick in Rust")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.rounds < 1 || o.warm < 1 || o.memory < 128 || f.NArg() > 0 {
		return o, fmt.Errorf("%q: -n and -warm must be at least 1 and -mem at least 128; functions are named with -f", args)
	}
	return o, nil
}
