package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many users are made before the load, and deleted after it, at the
// same time.
const atOnce = 8

// cleanupTime bounds the deletion of the users at the end.
const cleanupTime = 10 * time.Minute

// people makes the first users, about whom the first requests can be.
func (m *mix) people(ctx context.Context, client *http.Client, n int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for range n {
		group.Go(func() error {
			c := m.newCreation()
			a, status, err := m.post(ctx, client, c)
			if err == nil {
				m.pool.add(a)
			} else if mayHaveWorked(status) {
				m.doubt(c)
			}
			return err
		})
	}
	return group.Wait()
}

func (m *mix) doubt(c creation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unsure = append(m.unsure, c)
}

// post sends a creation. The status is 0 where there was no answer.
func (m *mix) post(ctx context.Context, client *http.Client, c creation) (*account, int, error) {
	t := m.request(call{kind: create, made: c})
	resp, body, err := send(ctx, client, t)
	if err != nil {
		return nil, 0, err
	}
	made := &account{id: idOf(resp.Header), etag: resp.Header.Get("ETag"), email: c.email}
	return made, resp.StatusCode, m.judge(resp.StatusCode, http.StatusCreated, t.Method, body)
}

// remains says what a cleanup could not delete.
type remains struct {
	ids    []string // of users that may still be there
	unsure int      // creations of which nobody knows whether they made a user
	err    error    // why, of one of them
}

// cleanup deletes every user of the run. done is told of each.
func (m *mix) cleanup(ctx context.Context, client *http.Client, done func(int)) remains {
	ctx, cancel := context.WithTimeout(ctx, cleanupTime)
	defer cancel()
	var mu sync.Mutex
	var left remains
	each(m.takeUnsure(), func(c creation) {
		if err := again(ctx, func() (int, error) { return m.settle(ctx, client, c) }); err != nil {
			mu.Lock()
			defer mu.Unlock()
			left.unsure, left.err = left.unsure+1, err
		}
	})
	each(m.pool.empty(), func(a *account) {
		defer done(1)
		if err := again(ctx, func() (int, error) { return m.delete(ctx, client, a.id) }); err != nil {
			mu.Lock()
			defer mu.Unlock()
			left.ids, left.err = append(left.ids, a.id), err
		}
	})
	return left
}

func (m *mix) takeUnsure() []creation {
	m.mu.Lock()
	defer m.mu.Unlock()
	unsure := m.unsure
	m.unsure = nil
	return unsure
}

// settle finds out what became of a creation without an answer: its key gives the
// user again, or makes it now.
func (m *mix) settle(ctx context.Context, client *http.Client, c creation) (int, error) {
	a, status, err := m.post(ctx, client, c)
	if err == nil {
		m.pool.lose(a)
	}
	return status, err
}

// each calls f for all, some at the same time.
func each[T any](all []T, f func(T)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, one := range all {
		group.Go(func() error { f(one); return nil })
	}
	_ = group.Wait() // no f fails
}

// How often and when something is tried again at the end.
const (
	tries     = 5
	firstWait = 400 * time.Millisecond
)

// again calls f until it works, or gives a status that it will not leave.
func again(ctx context.Context, f func() (status int, err error)) error {
	for try := 0; ; try++ {
		status, err := f()
		passing := mayHaveWorked(status) || status == http.StatusTooManyRequests
		if err == nil || !passing || try == tries-1 {
			return err
		}
		select {
		case <-time.After(firstWait << try):
		case <-ctx.Done():
			return err
		}
	}
}

func (m *mix) delete(ctx context.Context, client *http.Client, id string) (int, error) {
	t := m.request(call{kind: list})
	t.Method, t.URL = http.MethodDelete, m.base+"/users/"+id
	resp, body, err := send(ctx, client, t)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotFound {
		return resp.StatusCode, nil
	}
	return resp.StatusCode, fmt.Errorf("DELETE /users/%s was answered with %d: %s", id, resp.StatusCode, body)
}
