package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// load sends requests to the API at a rate and reports. It deletes its users even when ctx ends.
func load(ctx context.Context, c *client, o options, out io.Writer) error {
	if r := c.send(list, &account{}); r.Error != "" {
		return fmt.Errorf("GET %s/users: %s\nIs `make dev` of this checkout running there? For another API, set URL and TOKEN", o.url, r.Error)
	}
	fmt.Fprintf(out, "%d/s for %s against %s\n", o.rate, o.duration, o.url)
	a := &attack{client: c, options: o, waiting: make(chan *account, o.workers()+1), report: report{all: {}}}
	a.run(ctx)
	return errors.Join(a.report.print(o.rate, out), c.removeAll(a.left, o.workers(), out))
}

// removeAll deletes users that may exist, and returns an error for each that remains.
func (c *client) removeAll(users []*account, workers int, out io.Writer) error {
	errs := make([]error, len(users))
	var group errgroup.Group
	group.SetLimit(workers)
	for i, u := range users {
		group.Go(func() error {
			errs[i] = c.remove(u)
			return nil
		})
	}
	_ = group.Wait()
	err := errors.Join(errs...)
	if err == nil {
		fmt.Fprintln(out, "deleted all users")
	}
	return err
}

// attack is a load test.
type attack struct {
	*client
	options
	waiting chan *account // for their next steps

	mu     sync.Mutex
	report report
	left   []*account // may exist, and have no more steps
}

// run sends requests at the rate, for the duration or until ctx ends: the next one for a user who
// waits, or the first for a new user.
func (a *attack) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, a.duration)
	defer cancel()
	ticks := time.NewTicker(time.Second / time.Duration(a.rate))
	defer ticks.Stop()
	var requests errgroup.Group
	requests.SetLimit(a.workers())
	seed := rand.Uint64()
	for number := 0; ctx.Err() == nil; number++ {
		<-ticks.C
		var u *account
		select {
		case u = <-a.waiting:
		default:
			u = newAccount(seed, number)
			u.steps = mix()
		}
		requests.Go(func() error {
			a.step(u)
			return nil
		})
	}
	_ = requests.Wait()
	close(a.waiting)
	for u := range a.waiting {
		a.end(u)
	}
}

// step sends a user's next request.
func (a *attack) step(u *account) {
	r := a.send(u.steps[0], u)
	u.steps = u.steps[1:]
	a.mu.Lock()
	defer a.mu.Unlock()
	a.report.add(r)
	if u.id != "" && len(u.steps) > 0 {
		a.waiting <- u
	} else {
		a.end(u)
	}
}

// end takes a user who has no more steps, or was not created.
func (a *attack) end(u *account) {
	if u.exists {
		a.left = append(a.left, u)
	}
}
