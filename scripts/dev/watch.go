package main

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// watched are the folders that a deployment is made from, with those below them. The files in the
// root are watched as well.
var watched = []string{"functions", "pkg", "resources", "scripts/serverless"}

// pollInterval is the time between two looks at the files. A save is complete when nothing has
// changed in that time: editors write a file in several steps.
const pollInterval = 200 * time.Millisecond

// watcher deploys what is saved. It polls, because file systems that WSL or a virtual machine
// mounts report no changes.
type watcher struct {
	*deployer
	deployed snapshot // of what serves; empty before the first deployment
	failed   bool     // the last deployment failed
}

// snapshot has the time of each source file's last change.
type snapshot map[string]time.Time

// run deploys on save until the context ends. tried is what was deployed last, or was to be.
func (w *watcher) run(ctx context.Context, tried snapshot) {
	w.start(ctx, w.debug.functions...)
	for last := tried; ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-time.After(pollInterval):
		}
		now := sources(w.ws.root)
		if maps.Equal(now, last) && !maps.Equal(now, tried) {
			tried = now
			if err := w.deploySaved(ctx, now); ctx.Err() == nil {
				w.report(err)
			}
		}
		last = now
	}
}

// deploySaved deploys what has changed since the last deployment that did not fail.
func (w *watcher) deploySaved(ctx context.Context, now snapshot) error {
	err := w.sync(ctx, now.changedSince(w.deployed))
	if err == nil {
		w.deployed = now
	}
	return err
}

// changedSince lists the files that are new, changed or gone.
func (s snapshot) changedSince(old snapshot) []string {
	changed := maps.Clone(old)
	maps.Copy(changed, s)
	maps.DeleteFunc(changed, func(file string, _ time.Time) bool { return s[file].Equal(old[file]) })
	return slices.Collect(maps.Keys(changed))
}

// sources reads which source files there are. A folder that is gone meanwhile has none.
func sources(root string) snapshot {
	found := snapshot{}
	add := func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && isSource(file) {
			if info, err := d.Info(); err == nil {
				found[file] = info.ModTime()
			}
		}
		return nil
	}
	entries, _ := os.ReadDir(root)
	for _, entry := range entries {
		_ = add(filepath.Join(root, entry.Name()), entry, nil)
	}
	for _, name := range watched {
		_ = filepath.WalkDir(filepath.Join(root, name), add)
	}
	return found
}

// isSource reports whether a file is a source, and not a test or a file of an editor.
func isSource(file string) bool {
	name := filepath.Base(file)
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "~") && !strings.HasSuffix(name, "_test.go")
}

// report shows the result of a deployment on save.
func (w *watcher) report(err error) {
	if err != nil {
		w.feed.say(failure, "%v\nThe previous deployment still serves.", err)
	} else if w.failed {
		w.feed.say(message, "the working tree is served again")
	}
	w.failed = err != nil
}
