package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// smoke takes a new user through the API, and checks what API Gateway answers itself. It
// prints each step, stops at the first that fails or when ctx ends, and deletes the user.
func smoke(ctx context.Context, c *client, out io.Writer) (err error) {
	fmt.Fprintf(out, "smoke test of %s\n", c.base)
	u := newAccount(rand.Uint64(), 0)
	defer func() {
		if u.exists {
			err = errors.Join(err, c.remove(u))
		}
	}()
	for _, s := range steps {
		r := c.send(s, u)
		for try := 1; isUnavailable(r) && try < 5; try++ {
			time.Sleep(time.Duration(try) * c.pause)
			r = c.send(s, u)
		}
		switch {
		case ctx.Err() != nil:
			return errors.New("stopped")
		case isUnavailable(r):
			return fmt.Errorf("%s (%s): %d, also after several tries", s.route, s.what, r.Code)
		case r.Error != "":
			return fmt.Errorf("%s (%s): %s", s.route, s.what, r.Error)
		}
		fmt.Fprintf(out, "%d %5d ms  %-18s  %s\n", r.Code, r.Latency.Milliseconds(), s.route, s.what)
	}
	fmt.Fprintln(out, "passed")
	return nil
}
