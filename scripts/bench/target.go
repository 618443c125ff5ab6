package main

import (
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"users-api/pkg/testing/runtimeapi"
	"users-api/scripts/internal/harness"
)

// target is a program to measure.
type target struct {
	name, checkout string
	binary         string
	zip            int // bytes of its package
	env            []string
	event          runtimeapi.Event
	values         map[string][]float64 // by unit; one of each round
}

// title names the target in the report.
func (t *target) title() string { return strings.TrimSuffix(t.name+"/"+t.checkout, "/"+this) }

// Names of the yardsticks and of the checkouts.
const (
	floor        = "floor"
	conventional = "conventional"
	rust         = "rust"
	this         = "this"
	base         = "base"
)

// checkout is a checkout of this repository.
type checkout struct{ name, dir string }

// yardsticks builds the yardsticks, which get getUser's events. The one in Rust is left out where
// cargo cannot build it.
func (c checkout) yardsticks(cargo, work string, log io.Writer) (all []*target, err error) {
	out, err := runtimeapi.BuildCommand(c.dir, "scripts", work, "./bench/"+floor, "./bench/"+conventional).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("build the yardsticks: %w\n%s", err, out)
	}
	binaries := []string{filepath.Join(work, floor), filepath.Join(work, conventional)}
	kept := filepath.Join(c.dir, ".build", rust)
	cmd := exec.Command(cargo, "build", "--release", "--locked", "--target-dir", kept)
	cmd.Dir = filepath.Join(c.dir, "scripts", "bench", rust)
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(log, "leaving out the yardstick in Rust: %v\n%s", err, out)
	} else {
		binaries = append(binaries, filepath.Join(kept, "release", rust))
	}
	for _, binary := range binaries {
		t, err := c.target(filepath.Base(binary), binary, "functions/get-user", "TABLE_NAME="+tableName)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// functions builds the functions, and returns the named ones, or all if none is named.
func (c checkout) functions(names []string, work string, root []byte) (all []*target, err error) {
	functions, err := harness.Functions(c.dir)
	if err != nil {
		return nil, err
	}
	built := filepath.Join(work, c.name)
	overlay, err := overlayRoots(c.dir, built, root)
	if err != nil {
		return nil, err
	}
	if out, err := runtimeapi.BuildCommand(c.dir, "", built, "-overlay", overlay, "./functions/...").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the functions in %s: %w\n%s", c.dir, err, out)
	}
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(functions))
	}
	for _, name := range names {
		f, ok := functions[name]
		if !ok {
			return nil, fmt.Errorf("%s/serverless.yml has no function %s", c.dir, name)
		}
		t, err := c.target(name, filepath.Join(built, filepath.Base(f.Handler)), f.Handler, environment(f)...)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// target returns a program that gets the events of the function in a folder.
func (c checkout) target(name, binary, folder string, env ...string) (t *target, err error) {
	t = &target{name: name, checkout: c.name, binary: binary, env: env, values: map[string][]float64{}}
	if t.event, err = runtimeapi.ReadEvent(filepath.Join(c.dir, folder)); err != nil {
		return nil, err
	}
	_, t.zip, err = runtimeapi.Sizes(binary)
	return t, err
}

// environment returns the variables of a function that its speed depends on, those with a value in
// serverless.yml, and those without a default.
func environment(f harness.Function) []string {
	env := []string{"TABLE_NAME=" + tableName, "SERVICE=example", "STAGE=bench", "SECRET_ID=StageSecret"}
	for key, node := range f.Environment {
		if node.Kind == yaml.ScalarNode && !strings.Contains(node.Value, "${") {
			env = append(env, key+"="+node.Value)
		}
	}
	return env
}
