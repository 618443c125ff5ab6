package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watched are the folders that a deployment is made from, with those below them. The
// root is watched as well, but not what is below it.
var watched = []string{"functions", "pkg", "resources", "scripts/serverless"}

// settleTime is the time without an event after which a save is complete: editors write
// a file in several steps.
const settleTime = 100 * time.Millisecond

// watcher deploys what is saved.
type watcher struct {
	*deployer
	notify *fsnotify.Watcher
	saved  map[string]bool // files that are not deployed yet
	failed bool            // the last deployment failed
}

func newWatcher(d *deployer) (*watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch the working tree: %w", err)
	}
	everything := filepath.Join(d.ws.root, "go.mod") // all functions depend on it
	return &watcher{deployer: d, notify: notify, saved: map[string]bool{everything: true}}, nil
}

// run deploys on save until the context ends.
func (w *watcher) run(ctx context.Context) {
	defer w.notify.Close()
	settled := time.NewTimer(settleTime)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-w.notify.Events:
			if isSource(e.Name) && e.Op != fsnotify.Chmod {
				w.saved[e.Name] = true
				settled.Reset(settleTime)
			}
		case err := <-w.notify.Errors:
			w.feed.say(failure, "watch the working tree: %v", err)
		case <-settled.C:
			if err := w.deploySaved(ctx); ctx.Err() == nil {
				w.report(err)
			}
		}
	}
}

// isSource reports whether a file is a source, and not a test or a file of an editor or tool.
func isSource(file string) bool {
	name := filepath.Base(file)
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "~") && !strings.HasSuffix(name, "_test.go") && name != "node_modules"
}

// deploySaved deploys what is saved. It also begins to watch folders that are new.
func (w *watcher) deploySaved(ctx context.Context) error {
	if err := w.watchFolders(); err != nil {
		return fmt.Errorf("watch the working tree: %w", err)
	}
	err := w.sync(ctx, slices.Collect(maps.Keys(w.saved)))
	if err == nil {
		clear(w.saved)
	}
	return err
}

func (w *watcher) watchFolders() error {
	if err := w.notify.Add(w.ws.root); err != nil {
		return err
	}
	for _, name := range watched {
		err := filepath.WalkDir(filepath.Join(w.ws.root, name), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				err = w.notify.Add(path)
			}
			if errors.Is(err, fs.ErrNotExist) { // it is gone already
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
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
