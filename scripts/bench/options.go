package main

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of a Lambda function's memory, in MB.
const (
	minMemory = 128
	maxMemory = 10240
)

// options are those of the command line. An empty string is an option that was not given.
type options struct {
	functions []string // names in serverless.yml; none means all
	rounds    int      // cold starts of each function at each memory size
	memory    []int    // MB
	base      string   // folder of another checkout
	svg, raw  string   // files for the plot and for each measurement
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
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
	if *functions != "" {
		o.functions = strings.Split(*functions, ",")
	}
	for size := range strings.SplitSeq(*memory, ",") {
		mb, err := strconv.Atoi(size)
		if err != nil || mb < minMemory || mb > maxMemory {
			return o, fmt.Errorf("-mem %s: must be MB from %d to %d, such as 128,256,512", *memory, minMemory, maxMemory)
		}
		o.memory = append(o.memory, mb)
	}
	return o, nil
}
