package main

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// watched are the folders that a deployment is made from, with those below them. The files in the
// root are watched as well.
var watched = []string{"functions", "pkg", "resources", "scripts/serverless"}

// pollInterval is the time between two looks at the files. A save is complete when nothing has
// changed in that time: editors write a file in several steps.
const pollInterval = 200 * time.Millisecond

// snapshot has the time of each source file's last change.
type snapshot map[string]time.Time

// watch deploys on save until the context ends. tried is what was deployed last, or was to be. It
// polls, because file systems that WSL or a virtual machine mounts report no changes.
func (d *deployer) watch(ctx context.Context, tried snapshot) {
	for last := tried; ctx.Err() == nil; {
		time.Sleep(pollInterval)
		now := sources(d.ws.root)
		if maps.Equal(now, last) && !maps.Equal(now, tried) {
			tried = now
			d.report(ctx, d.sync(ctx))
		}
		last = now
	}
}

// report shows why a deployment failed.
func (d *deployer) report(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		d.feed.say(failure, "%v\nThe previous deployment still serves.", err)
	}
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
