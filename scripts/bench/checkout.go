package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"users-api/pkg/testing/runtimeapi"
	"users-api/pkg/testing/storetest"
	"users-api/pkg/testing/usertest"
	"users-api/pkg/user"
	"users-api/pkg/user/store"
)

// checkout is a checkout of this repository, with a table of its own.
type checkout struct {
	project
	dir    string
	suffix string // of its functions' titles: baseSuffix, or "" for this checkout
	built  string // folder of the binaries
	name   string // of the table
	table  *store.Table
	users  int       // how many addresses were given to users
	shared user.User // the user that read requests name
}

// target is a program to measure.
type target struct {
	*checkout
	title     string // in the report
	env       []string
	testEvent event
	binary    string
	size, zip int // bytes of the binary and of its package
}

// Titles of the yardsticks, and the suffix of the base's functions.
const (
	floor        = "floor"
	conventional = "conventional"
	baseSuffix   = "/base"
)

var yardsticks = []string{floor, conventional}

// open reads and builds a checkout, and fills its table with more users than a page holds.
func (b *bench) open(ctx context.Context, dir, suffix string) (c *checkout, err error) {
	c = &checkout{suffix: suffix, name: "bench" + strings.TrimPrefix(suffix, "/")}
	if c.dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if c.project, err = readProject(c.dir); err != nil {
		return nil, err
	}
	if c.built, err = os.MkdirTemp(b.work, "built-"); err != nil {
		return nil, err
	}
	if err := c.build(b.root); err != nil {
		return nil, err
	}
	client := storetest.Client(b.db)
	if err := usertest.CreateTable(ctx, client, c.name); err != nil {
		return nil, err
	}
	c.table = store.New(client, c.name, time.Now, user.NewID)
	for range 50 {
		if c.shared, err = c.addUser(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// build builds the functions, and the yardsticks of this checkout.
func (c *checkout) build(root []byte) error {
	overlay, err := overlayRoots(c.dir, c.built, root)
	if err != nil {
		return err
	}
	out, err := runtimeapi.BuildCommand(c.dir, c.built, "-overlay", overlay, "./functions/...").CombinedOutput()
	if err == nil && c.suffix == "" {
		out, err = runtimeapi.BuildCommand(filepath.Join(c.dir, "scripts"), c.built, "./bench/"+floor, "./bench/"+conventional).CombinedOutput()
	}
	if err != nil {
		return fmt.Errorf("build in %s: %w\n%s", c.dir, err, out)
	}
	return nil
}

func (c *checkout) targets(names []string) ([]*target, error) {
	all := make([]*target, len(names))
	for i, name := range names {
		var err error
		if all[i], err = c.target(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// target returns a function, or a yardstick, which gets getUser's events.
func (c *checkout) target(name string) (t *target, err error) {
	folder := c.Functions[name].Handler
	binary := filepath.Base(folder)
	if slices.Contains(yardsticks, name) {
		folder, binary = c.Functions["getUser"].Handler, name
	}
	if folder == "" {
		return nil, fmt.Errorf("%s/serverless.yml has no function %s", c.dir, name)
	}
	t = &target{checkout: c, title: name + c.suffix, binary: filepath.Join(c.built, binary)}
	if t.env, err = c.environment(name, c.name); err != nil {
		return nil, err
	}
	if t.testEvent, err = readEvent(filepath.Join(c.dir, folder)); err != nil {
		return nil, err
	}
	info, err := os.Stat(t.binary)
	if err != nil {
		return nil, err
	}
	t.size = int(info.Size())
	t.zip, err = runtimeapi.ZipSize(t.binary)
	return t, err
}

func (c *checkout) addUser(ctx context.Context) (user.User, error) {
	created, err := c.table.Create(ctx, usertest.Input("Ann Lee", c.newEmail()), store.Idempotency{})
	return created.User, err
}

func (c *checkout) newEmail() string {
	c.users++
	return fmt.Sprintf("user.%d@example.com", c.users)
}

// event fills in a test event so that it succeeds when it is sent once: each change is
// made to a new user.
func (c *checkout) event(ctx context.Context, e event) ([]byte, error) {
	switch {
	case e.PathParameters.ID == "":
		return e.about("", c.newEmail())
	case e.Method == "GET":
		return e.about(c.shared.ID.String(), "")
	}
	u, err := c.addUser(ctx)
	if err != nil {
		return nil, err
	}
	return e.about(u.ID.String(), u.Email)
}
