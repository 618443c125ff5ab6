package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// minRounds is the least number of cold starts behind a published figure.
const minRounds = 20

// Lambda's limits of a function's memory, in MB.
const (
	minMemory = 128
	maxMemory = 10240
)

// lambdaPeriod is the period of Lambda's CPU quota. AWS does not document it;
// functions that use up their share are seen to go on at multiples of 20 ms
// (github.com/pwrdrvr/lambda-throttling has a public series of measurements).
const lambdaPeriod = 20 * time.Millisecond

// options is what the command line asks for.
type options struct {
	functions []string // names in serverless.yml; none for all of them
	rounds    int      // cold starts of each function and memory size
	warm      int      // warm requests after each cold one
	pause     time.Duration
	memory    []int // MB
	period    time.Duration
	variants  []variant
	json      bool
	svgDir    string
	progress  io.Writer
}

// variant is a second run of the same functions with another environment, to
// see what one setting does.
type variant struct {
	name string
	env  map[string]string
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{progress: stderr}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Func("f", "`functions` to measure, comma-separated, as named in serverless.yml; none for the yardsticks alone (default all)", func(s string) error {
		o.functions = splitList(s)
		return nil
	})
	f.IntVar(&o.rounds, "n", minRounds, "cold starts of each; a published figure needs at least 20")
	f.IntVar(&o.warm, "warm", 60, "warm requests after each cold start, one after the other")
	f.DurationVar(&o.pause, "pause", 0, "pause before each warm request: none is an instance that has all it can do, 40ms one that has always regained its share of the CPU")
	memory := f.String("mem", "128", "memory `sizes` in MB, comma-separated")
	f.DurationVar(&o.period, "period", lambdaPeriod, "period of the CPU quota: a function that has used up its share of one waits for the next")
	f.Func("variant", "also measure with another environment, as `name:KEY=VALUE,…`; repeatable", func(s string) error {
		v, err := parseVariant(s)
		o.variants = append(o.variants, v)
		return err
	})
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.StringVar(&o.svgDir, "svg", "", "write cold.svg and memory.svg into this `folder`")
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.SetOutput(stderr)
		fmt.Fprintln(stderr, "Measures cold starts, CPU and memory of the functions beside two yardsticks.")
		f.PrintDefaults()
	}
	if err != nil {
		return options{}, err
	}
	if o.memory, err = parseMemory(*memory); err != nil {
		return options{}, err
	}
	return o, o.check(f.Args())
}

func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q: functions are named with -f", rest[0])
	case o.rounds < 1:
		return fmt.Errorf("-n %d: must be at least 1 (and 20 for a figure to publish)", o.rounds)
	case o.warm < 10:
		return fmt.Errorf("-warm %d: must be at least 10", o.warm)
	case o.pause < 0 || o.pause > time.Second:
		return fmt.Errorf("-pause %s: must be from 0s to 1s", o.pause)
	case o.period < 15*time.Millisecond || o.period > time.Second:
		return fmt.Errorf("-period %s: must be from 15ms (the kernel takes no quota under 1 ms) to 1s", o.period)
	case runtime.GOOS != "linux":
		return fmt.Errorf("the benchmark runs Lambda's binaries under Linux's CPU quota, and this is %s: run it on a Linux machine", runtime.GOOS)
	}
	return nil
}

func splitList(s string) []string {
	var out []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func parseMemory(s string) ([]int, error) {
	var sizes []int
	for _, item := range splitList(s) {
		mb, err := strconv.Atoi(item)
		if err != nil || mb < minMemory || mb > maxMemory {
			return nil, fmt.Errorf("-mem %s: must be numbers of MB from %d to %d, such as 128,256,512", s, minMemory, maxMemory)
		}
		sizes = append(sizes, mb)
	}
	if len(sizes) == 0 {
		return nil, fmt.Errorf("-mem %q: must be numbers of MB, such as 128,256,512", s)
	}
	return sizes, nil
}

// parseVariant reads name:KEY=VALUE,KEY=VALUE.
func parseVariant(s string) (variant, error) {
	name, settings, found := strings.Cut(s, ":")
	v := variant{name: name, env: map[string]string{}}
	for _, item := range splitList(settings) {
		key, value, ok := strings.Cut(item, "=")
		found = found && ok
		v.env[key] = value
	}
	if !found || name == "" || len(v.env) == 0 {
		return variant{}, fmt.Errorf("must be name:KEY=VALUE,…, such as unprimed:PRIME=off, and is %q", s)
	}
	return v, nil
}
