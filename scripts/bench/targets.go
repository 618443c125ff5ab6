package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"users-api/scripts/internal/repository"
)

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
	counting bool
}

func (b *bench) readProject(context.Context) error {
	var err error
	if b.root, err = repository.Root(); err != nil {
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
		changed.name = t.name + " " + v.name
		changed.env = maps.Clone(t.env)
		maps.Copy(changed.env, v.env)
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
