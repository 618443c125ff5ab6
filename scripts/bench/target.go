package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"users-api/pkg/testing/runtimeapi"
	"users-api/scripts/internal/repository"
)

// target is a program to measure at a memory size.
type target struct {
	name, checkout string
	memory         int // MB
	env            []string
	event          runtimeapi.Event
	binary         string
	size, zip      int                  // bytes of the binary and of its package
	values         map[string][]float64 // by unit; one of each round
}

// title names the target in the report.
func (t *target) title() string { return strings.TrimSuffix(t.name+"/"+t.checkout, "/"+this) }

// Names of the yardsticks and of the checkouts.
const (
	floor        = "floor"
	conventional = "conventional"
	this         = "this"
	base         = "base"
)

// checkout is a checkout of this repository whose functions are built in a folder.
type checkout struct {
	dir, name, built string
	// The part of serverless.yml that describes the functions.
	Params    map[string]map[string]yaml.Node // by stage
	Functions map[string]struct {
		Handler     string // the folder of its source
		Environment map[string]yaml.Node
	}
}

// buildAll builds the yardsticks, the functions of this checkout and those of the base.
func buildAll(o options, work string, root []byte) (all []*target, err error) {
	dir, err := repository.Root()
	if err != nil {
		return nil, err
	}
	for _, c := range []checkout{{name: this, dir: dir}, {name: base, dir: o.base}} {
		if c.dir == "" {
			continue
		}
		if err := c.build(work, root); err != nil {
			return nil, err
		}
		targets, err := c.targets(o)
		if err != nil {
			return nil, err
		}
		all = append(all, targets...)
	}
	return all, nil
}

// build reads serverless.yml, and builds the functions and the yardsticks of this checkout in work.
func (c *checkout) build(work string, root []byte) error {
	text, err := os.ReadFile(filepath.Join(c.dir, "serverless.yml"))
	if err == nil {
		err = yaml.Unmarshal(text, c)
	}
	if err != nil {
		return fmt.Errorf("read serverless.yml of a checkout: %w", err)
	}
	c.built = filepath.Join(work, c.name)
	overlay, err := overlayRoots(c.dir, c.built, root)
	if err != nil {
		return err
	}
	out, err := runtimeapi.BuildCommand(c.dir, c.built, "-overlay", overlay, "./functions/...").CombinedOutput()
	if err == nil && c.name == this {
		out, err = runtimeapi.BuildCommand(filepath.Join(c.dir, "scripts"), c.built, "./bench/"+floor, "./bench/"+conventional).CombinedOutput()
	}
	if err != nil {
		return fmt.Errorf("build in %s: %w\n%s", c.dir, err, out)
	}
	return nil
}

// targets returns the functions that the options name at each memory size, with those that are
// new left out of the base, and the yardsticks, which get getUser's events, with this checkout.
func (c checkout) targets(o options) (all []*target, err error) {
	names := slices.Sorted(maps.Keys(c.Functions))
	if len(o.functions) > 0 {
		names = o.functions
	}
	if c.name == this {
		names = slices.Concat([]string{floor, conventional}, names)
	}
	for _, name := range names {
		folder := c.Functions[name].Handler
		t := target{name: name, checkout: c.name, binary: filepath.Join(c.built, filepath.Base(folder))}
		switch {
		case name == floor, name == conventional:
			folder, t.binary = c.Functions["getUser"].Handler, filepath.Join(c.built, name)
		case folder == "" && c.name == base:
			continue
		case folder == "":
			return nil, fmt.Errorf("%s/serverless.yml has no function %s", c.dir, name)
		}
		if t.event, err = runtimeapi.ReadEvent(filepath.Join(c.dir, folder)); err != nil {
			return nil, err
		}
		if t.size, t.zip, err = runtimeapi.Sizes(t.binary); err != nil {
			return nil, err
		}
		env, err := c.environment(name)
		if err != nil {
			return nil, err
		}
		for _, mb := range o.memory {
			sized := t
			sized.memory, sized.values = mb, map[string][]float64{}
			sized.env = append(runtimeapi.Environment(name, mb), env...) // the last value of a variable counts
			all = append(all, &sized)
		}
	}
	return all, nil
}

// deployed has the variables whose values only a deployment knows.
var deployed = map[string]string{
	"TABLE_NAME": tableName, "SERVICE": "example", "STAGE": "bench", "CORS_ORIGINS": "*",
	"SECRET_ID": "StageSecret", "API_KEYS_ONLY": "false", "TOKENS_ONLY": "false",
	"JWT_SECRET": secret, "API_KEYS": "", // of a base that has no secret to read
}

var parameter = regexp.MustCompile(`^\$\{param:(\w+)\}$`)

// environment returns a function's variables as a deployment with default parameters
// sets them. A yardstick gets the table's name alone.
func (c checkout) environment(function string) ([]string, error) {
	env := []string{"TABLE_NAME=" + tableName}
	for key, node := range c.Functions[function].Environment {
		if m := parameter.FindStringSubmatch(node.Value); m != nil {
			node = c.Params["default"][m[1]]
		}
		value, ok := deployed[key]
		if !ok {
			value = node.Value
		}
		if node.Kind != yaml.ScalarNode && !ok || strings.Contains(value, "${") {
			return nil, fmt.Errorf("only a deployment knows %s of %s: give it a value in scripts/bench/target.go", key, function)
		}
		env = append(env, key+"="+value)
	}
	return env, nil
}
