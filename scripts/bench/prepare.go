package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

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

// findLimits finds out what this machine allows, and notes what it does not.
func (b *bench) findLimits(context.Context) error {
	if load := loadPerCore(); load > quietLoad {
		b.note("This machine was busy at the start (load %.1f per core): the figures are too high, and ratios to a throttled yardstick too low.", load)
	}
	if err := b.sandbox.enter(floorName); err != nil {
		b.note("The functions ran without a root folder of their own (%v): SSL_CERT_FILE and SSL_CERT_DIR named the system's roots instead.", err)
	}
	var err error
	if b.groups, err = newCPUGroups(); err != nil {
		b.note("The times at a memory size are estimates from CPU time, since no cgroup could be limited: %v.", err)
	}
	return nil
}

// quietLoad is the load per core, from before the measurements, above which they
// are marked: building alone gives about a half.
const quietLoad = 0.8

func (b *bench) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
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
