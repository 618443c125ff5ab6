package main

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// account is a user that the run made.
type account struct {
	id, etag, email string
	readers         int  // requests for it that have no answer yet
	writing         bool // one of them changes it
}

// pool holds the users that requests may be about. Who takes one says what for,
// so that no answer depends on which of two requests comes first: a user that is
// being read is not deleted, and one is changed by one request at a time.
type pool struct {
	mu    sync.Mutex
	users []*account
	// leftover are users that no request may be about any more, and that the end
	// of the run deletes.
	leftover []*account
}

// draws is how many users are looked at for one that is free. Under load there is
// soon one, and another kind of request will do as well.
const draws = 10

func (p *pool) add(a *account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users = append(p.users, a)
}

// read takes a user for reading; nil where there is none.
func (p *pool) read() *account {
	return p.take(func(*account) bool { return true }, func(i int) { p.users[i].readers++ })
}

// change takes a user for a change; nil where none is free.
func (p *pool) change() *account {
	return p.take(func(a *account) bool { return !a.writing }, func(i int) { p.users[i].writing = true })
}

// remove takes a user out for good, whom nobody asks for; nil where none is free.
func (p *pool) remove() *account {
	return p.take(func(a *account) bool { return !a.writing && a.readers == 0 }, p.drop)
}

func (p *pool) take(free func(*account) bool, mark func(i int)) *account {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range min(draws, len(p.users)) {
		i := rand.IntN(len(p.users))
		if a := p.users[i]; free(a) {
			mark(i)
			return a
		}
	}
	return nil
}

// drop takes the i-th user out. The order of the others does not matter.
func (p *pool) drop(i int) {
	last := len(p.users) - 1
	p.users[i] = p.users[last]
	p.users = p.users[:last]
}

// look gives a user as it is now.
func (p *pool) look(a *account) account {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *a
}

// doneReading gives back what read took.
func (p *pool) doneReading(a *account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a.readers--
}

// doneChanging gives back what change took, with its new tag where it has one.
func (p *pool) doneChanging(a *account, etag string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a.writing = false
	if etag != "" {
		a.etag = etag
	}
}

// lose sets a user aside of whom nobody knows what became.
func (p *pool) lose(a *account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.users, a); i >= 0 {
		p.drop(i)
	}
	p.leftover = append(p.leftover, a)
}

// empty takes all users out, for the end of the run.
func (p *pool) empty() []*account {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := append(p.users, p.leftover...)
	p.users, p.leftover = nil, nil
	return all
}

// size is how many users there are, as far as is known.
func (p *pool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.users) + len(p.leftover)
}
