package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	dynamodblocal "users-api/scripts/dynamodb-local"
)

const tableTemplateFile = "resources/table.yml"

// creatorName is the function that makes the users that the others need.
const creatorName = "createUser"

// Names of the yardsticks.
const (
	floorName        = "floor"
	conventionalName = "conventional"
)

// yardsticks are always measured with the functions. Both get the event of
// getUser.
var yardsticks = []string{floorName, conventionalName}

const yardstickEvents = "getUser"

// target is one thing to measure: a function, or a variant of it.
type target struct {
	name     string
	binary   string // the name of its folder in the sandbox
	source   string // the folder of its main package
	event    event
	env      map[string]string
	size     int64
	zip      int64
	variant  string
	counting bool
}

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

func (b *bench) readProject(context.Context) error {
	var err error
	if b.root, err = findRoot(); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(b.root, "serverless.yml"))
	if err != nil {
		return err
	}
	if b.project, err = readProject(text); err != nil {
		return err
	}
	names, err := b.selected()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := b.addFunction(name); err != nil {
			return err
		}
	}
	return b.addYardsticks()
}

// selected are the functions that the command line asks for.
func (b *bench) selected() ([]string, error) {
	if len(b.opts.functions) == 0 {
		return b.project.names, nil
	}
	var names []string
	for _, name := range b.opts.functions {
		switch {
		case name == "none":
		case slices.Contains(b.project.names, name):
			names = append(names, name)
		default:
			return nil, fmt.Errorf("-f %s: serverless.yml has %s", name, strings.Join(b.project.names, ", "))
		}
	}
	return names, nil
}

func (b *bench) addFunction(name string) error {
	t, err := b.function(name)
	if err != nil {
		return err
	}
	b.targets = append(b.targets, t)
	for _, v := range b.opts.variants {
		changed := t
		changed.name, changed.variant = t.name+" "+v.name, v.name
		changed.env = merged(t.env, v.env)
		b.targets = append(b.targets, changed)
	}
	return nil
}

func (b *bench) function(name string) (target, error) {
	f, ok := b.project.functions[name]
	if !ok {
		return target{}, fmt.Errorf("serverless.yml has no function %s", name)
	}
	env, err := b.project.environment(name, deployedEnvironment())
	if err != nil {
		return target{}, err
	}
	e, err := readEvent(filepath.Join(b.root, eventFile(f.Handler)))
	return target{name: name, binary: name, source: f.Handler, event: e, env: env}, err
}

func (b *bench) addYardsticks() error {
	like, err := b.function(yardstickEvents)
	if err != nil {
		return err
	}
	for _, name := range yardsticks {
		b.targets = append(b.targets, target{
			name: name, binary: name, source: "scripts/bench/" + name, event: like.event,
			env: map[string]string{"TABLE_NAME": benchTable},
		})
	}
	return nil
}

func (b *bench) startTable(ctx context.Context) error {
	var err error
	if b.db, err = dynamodblocal.Start(ctx); err != nil {
		return err
	}
	template, err := os.ReadFile(filepath.Join(b.root, tableTemplateFile))
	if err != nil {
		return err
	}
	return createTable(ctx, b.db.Endpoint(), template)
}

const workPrefix = "bench-"

// makeWork makes a folder for this run and removes those of runs that were killed.
func (b *bench) makeWork() error {
	parent := filepath.Join(b.root, ".build")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	for _, dir := range leftOver(parent, workPrefix) {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	var err error
	b.work, err = os.MkdirTemp(parent, ownName(workPrefix))
	return err
}

// layOut makes the certificates, the proxy and the functions' root folder.
func (b *bench) layOut(context.Context) error {
	if err := b.makeWork(); err != nil {
		return err
	}
	c, err := newChain(tableHost)
	if err != nil {
		return err
	}
	if b.proxy, err = newProxy(b.db.Endpoint(), c.server); err != nil {
		return err
	}
	if b.builder, err = newBuilder(b.root, b.work, c.root); err != nil {
		return err
	}
	roots, err := systemBundle(c.root)
	if err != nil {
		return err
	}
	b.sandbox = &sandbox{root: filepath.Join(b.work, "root")}
	return b.sandbox.layOut(roots)
}

// buildAll builds each program twice: as it is deployed, and with the counter of
// allocations.
func (b *bench) buildAll(ctx context.Context) error {
	built := map[string]target{}
	for i := range b.targets {
		t := &b.targets[i]
		if done, ok := built[t.binary]; ok {
			t.size, t.zip = done.size, done.zip
			continue
		}
		if err := b.buildOne(ctx, t); err != nil {
			return err
		}
		built[t.binary] = *t
	}
	return nil
}

func (b *bench) buildOne(ctx context.Context, t *target) error {
	b.progress.say("building " + t.name)
	out := b.binaryPath(t.binary)
	if err := b.builder.build(ctx, t.source, out); err != nil {
		return err
	}
	info, err := os.Stat(out)
	if err != nil {
		return err
	}
	t.size = info.Size()
	if t.zip, err = zipSize(out); err != nil {
		return err
	}
	return b.builder.buildCounting(ctx, t.source, b.binaryPath(t.binary+countingSuffix))
}

const countingSuffix = "-counting"

func (b *bench) binaryPath(name string) string {
	return filepath.Join(b.sandbox.root, taskDir(name), "bootstrap")
}

// findLimits finds out what this machine allows, and notes what it does not.
func (b *bench) findLimits(context.Context) error {
	if err := b.sandbox.enter(floorName); err != nil {
		b.note("The functions ran without a root folder of their own (%v): SSL_CERT_FILE and SSL_CERT_DIR named the system's roots instead.", err)
	}
	var err error
	if b.groups, err = newCPUGroups(); err != nil {
		b.note("The times at a memory size are estimates from CPU time, since no cgroup could be limited: %v.", err)
	}
	return nil
}

func (b *bench) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// fill starts the function that creates users, without a limit, and makes some.
func (b *bench) fill(ctx context.Context) error {
	t, err := b.function(creatorName)
	if err != nil {
		return err
	}
	if _, err := os.Stat(b.binaryPath(t.binary)); err != nil {
		if err := b.builder.build(ctx, t.source, b.binaryPath(t.binary)); err != nil {
			return err
		}
	}
	if b.creator, err = b.start(t, fullCore); err != nil {
		return err
	}
	b.supply, err = newSupply(ctx, t.event, b.creator)
	return err
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

// run measures every target at every memory size, one after the other in random
// order, round by round.
func (b *bench) run(ctx context.Context) (Report, error) {
	type cell struct{ target, memory int }
	var cells []cell
	for t := range b.targets {
		for m := range b.opts.memory {
			cells = append(cells, cell{t, m})
		}
	}
	samples := make(map[cell][]sample)
	b.progress.start(b.opts.rounds * len(cells))
	for range b.opts.rounds {
		rand.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		for _, c := range cells {
			t, mb := b.targets[c.target], b.opts.memory[c.memory]
			s, err := b.coldStart(ctx, t, mb)
			if err != nil {
				return Report{}, fmt.Errorf("%s at %d MB: %w", t.name, mb, err)
			}
			samples[c] = append(samples[c], s)
			b.progress.step()
		}
	}
	r := b.newReport()
	for i, t := range b.targets {
		allocations, err := b.countAllocations(ctx, t)
		if err != nil {
			return Report{}, fmt.Errorf("allocations of %s: %w", t.name, err)
		}
		for m, mb := range b.opts.memory {
			r.Rows = append(r.Rows, newRow(t, mb, samples[cell{i, m}], allocations))
		}
	}
	b.progress.end()
	r.compare()
	return r, nil
}

func merged(layers ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, layer := range layers {
		for key, value := range layer {
			out[key] = value
		}
	}
	return out
}

// settle is how many warm requests pass before CPU time and allocations are
// counted.
const settle = 5

// sample is what one cold start and the warm requests after it took.
type sample struct {
	init   time.Duration // process start to the question for the first event
	first  time.Duration // the first request
	warm   []time.Duration
	cpu    time.Duration // per warm request
	memory int64         // most that was resident, in bytes
}

func (b *bench) coldStart(ctx context.Context, t target, mb int) (s sample, err error) {
	events, err := b.events(ctx, t, 1+b.opts.warm)
	if err != nil {
		return sample{}, err
	}
	i, err := b.start(t, mb)
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	ready, err := i.awaitEvent(ctx)
	if err != nil {
		return sample{}, err
	}
	s.init = ready.Sub(i.started)
	if err := i.limiter.limit(share(mb), b.opts.period); err != nil {
		return sample{}, err
	}
	return s, b.requests(ctx, i, &s, mb, events)
}

func (b *bench) requests(ctx context.Context, i *instance, s *sample, mb int, events [][]byte) error {
	var used, counted time.Duration
	for n, e := range events {
		_, wall, cpu, err := i.request(ctx, e)
		if err != nil {
			return err
		}
		if b.groups == nil {
			wall += throttled(0, used+cpu, share(mb), b.opts.period) - throttled(0, used, share(mb), b.opts.period)
			used += cpu
		}
		if n == 0 {
			s.first = wall
			continue
		}
		s.warm = append(s.warm, wall)
		if n > settle {
			counted += cpu
		}
	}
	s.cpu = counted / time.Duration(len(events)-1-settle)
	var err error
	s.memory, err = peakMemory(i.cmd.Process.Pid)
	return err
}

func (b *bench) events(ctx context.Context, t target, n int) ([][]byte, error) {
	var out [][]byte
	for range n {
		e, err := b.supply.next(ctx, t.event)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
