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

	"users-api/pkg/auth"
	"users-api/scripts/internal/progress"
)

// load sends requests to the API at a rate and reports. It deletes its users even when ctx ends.
func load(ctx context.Context, c *client, o options, out io.Writer) error {
	if r := c.send(list, &account{}); r.Error != "" {
		return fmt.Errorf("GET %s/users: %s\nIs `make dev` of this checkout running there? For another API, set URL and TOKEN", o.url, r.Error)
	}
	fmt.Fprintf(out, "%d/s for %s against %s\n", o.rate, o.duration, o.url)
	a := &attack{client: c, options: o, turns: make(chan turn), report: newReport()}
	a.progress = progress.Start(out, "requests", int(float64(o.rate)*o.duration.Seconds()))
	a.run(ctx)
	a.progress.Stop()
	err := errors.Join(a.report.print(auth.Routes(), out), a.report.draw(o.plot, out))
	if o.keep {
		fmt.Fprintf(out, "kept %d users\n", len(a.left))
		return err
	}
	return errors.Join(err, c.removeAll(a.left, o.workers(), out))
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
	turns    chan turn
	progress *progress.Counter

	mu     sync.Mutex
	report *report
	left   []*account // may exist, and take no more turns
}

// turn allows one request. Numbers and times ascend, as the plot requires.
type turn struct {
	number uint64
	time   time.Time
}

// run gives turns at the rate, for the duration or until ctx ends. It adds a user when none waits
// for a turn, as long as there are workers.
func (a *attack) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, a.duration)
	defer cancel()
	ticks := time.NewTicker(time.Second / time.Duration(a.rate))
	defer ticks.Stop()
	var users sync.WaitGroup
	workers, seed := make(chan struct{}, a.workers()), rand.Uint64()
	for next := (turn{}); ctx.Err() == nil; next.number++ {
		next.time = <-ticks.C
		select {
		case a.turns <- next:
			continue
		default:
		}
		select {
		case a.turns <- next:
		case workers <- struct{}{}:
			users.Go(func() {
				a.live(newAccount(seed, int(next.number)))
				<-workers
			})
			a.turns <- next
		}
	}
	close(a.turns)
	users.Wait()
}

// live takes a user through the steps, while there are turns.
func (a *attack) live(u *account) {
	for _, s := range mix(a.keep) {
		turn, more := <-a.turns
		if !more {
			break
		}
		r := a.send(s, u)
		r.Seq, r.Timestamp = turn.number, turn.time
		a.mu.Lock()
		a.report.add(r)
		a.progress.Add()
		a.mu.Unlock()
		if u.id == "" { // it was not created
			break
		}
	}
	if u.exists {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.left = append(a.left, u)
	}
}
