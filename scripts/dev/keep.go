package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"users-api/scripts/internal/localaws"
)

const (
	// settle is how long a save is waited out: editors write a file in several steps.
	settle = 100 * time.Millisecond
	// refresh is how often deployments of other shells are looked for.
	refresh = 2 * time.Second
)

// keeper keeps what is served equal to the working tree.
type keeper struct {
	root     string
	deployer *localaws.Deployer
	front    *front
	screen   *screen
	watcher  *fsnotify.Watcher
	current  atomic.Pointer[localaws.Deployment]
	// broken says that the last reload failed.
	broken bool
}

func newKeeper(root string, deployer *localaws.Deployer, front *front, screen *screen) (*keeper, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch the working tree: %w", err)
	}
	return &keeper{root: root, deployer: deployer, front: front, screen: screen, watcher: watcher}, nil
}

// first deploys what has to be deployed before anything can be served. Sources that
// cannot be deployed are no reason to end when something older still serves.
func (k *keeper) first(ctx context.Context) error {
	deployment, err := k.deployer.Sync(ctx)
	if err != nil {
		older, currentErr := k.deployer.Current(ctx)
		if currentErr != nil || ctx.Err() != nil {
			return err
		}
		k.screen.fail("%v\nWhat was deployed before serves on.", err)
		deployment = older
	}
	return k.serve(ctx, deployment)
}

// serve takes over a deployment.
func (k *keeper) serve(ctx context.Context, deployment localaws.Deployment) error {
	k.current.Store(&deployment)
	if err := k.watch(ctx); err != nil {
		return err
	}
	return k.front.point(deployment.URL)
}

// watch sees to it that all folders that a deployment is made from are watched.
func (k *keeper) watch(ctx context.Context) error {
	sources, err := localaws.ReadSources(ctx, k.root)
	if err != nil {
		return err
	}
	watched := k.watcher.WatchList()
	for _, folder := range sources.Folders(k.root) {
		if slices.Contains(watched, folder) {
			continue
		}
		if err := k.watcher.Add(folder); err != nil {
			return fmt.Errorf("watch %s: %w", folder, err)
		}
	}
	return nil
}

// run reloads on save until the context ends.
func (k *keeper) run(ctx context.Context) {
	defer k.watcher.Close()
	tick := time.NewTicker(refresh)
	defer tick.Stop()
	settled := time.NewTimer(settle)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-k.watcher.Events:
			if relevant(event) {
				settled.Reset(settle)
			}
		case err := <-k.watcher.Errors:
			k.screen.fail("watch the working tree: %v", err)
		case <-settled.C:
			k.reload(ctx)
		case <-tick.C:
			k.refresh(ctx)
		}
	}
}

// relevant leaves out what editors and tools put beside the sources, and tests.
func relevant(event fsnotify.Event) bool {
	name := filepath.Base(event.Name)
	return event.Op != fsnotify.Chmod && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "~") &&
		!strings.HasSuffix(name, "_test.go") && name != "node_modules"
}

func (k *keeper) reload(ctx context.Context) {
	deployment, err := k.deployer.Sync(ctx)
	if err == nil {
		err = k.serve(ctx, deployment)
	}
	if err != nil && ctx.Err() == nil {
		k.screen.fail("%v\nWhat was deployed before serves on.", err)
	} else if k.broken {
		k.screen.say("the working tree is served again")
	}
	k.broken = err != nil
}

func (k *keeper) refresh(ctx context.Context) {
	known := *k.current.Load()
	deployment, err := k.deployer.Refresh(ctx, known)
	if err != nil || deployment.Updated.Equal(known.Updated) {
		return // what is being deployed or removed just now shows in the next answers
	}
	if err := k.serve(ctx, deployment); err != nil && ctx.Err() == nil {
		k.screen.fail("%v", err)
	}
}

// functions are the names of what is deployed just now.
func (k *keeper) functions() []string {
	var names []string
	for _, f := range k.current.Load().Functions {
		names = append(names, f.Key)
	}
	return names
}
