package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"users-api/scripts/internal/fakeuser"
)

// kind is a kind of request.
type kind struct {
	route     string // as in auth.Routes
	share     int    // of the requests
	want      int    // status of the answer
	condition string // header for the user's ETag
}

// Most requests are reads, and there are about as many deletions as creations.
var (
	list       = &kind{route: "GET /users", share: 14, want: http.StatusOK}
	find       = &kind{route: "GET /users", share: 4, want: http.StatusOK}
	get        = &kind{route: "GET /users/{id}", share: 50, want: http.StatusOK}
	revalidate = &kind{route: "GET /users/{id}", share: 12, want: http.StatusNotModified, condition: "If-None-Match"}
	create     = &kind{route: "POST /users", share: 7, want: http.StatusCreated}
	repeat     = &kind{route: "POST /users", share: 1, want: http.StatusCreated}
	replace    = &kind{route: "PUT /users/{id}", share: 7, want: http.StatusOK, condition: "If-Match"}
	remove     = &kind{route: "DELETE /users/{id}", share: 5, want: http.StatusNoContent, condition: "If-Match"}
	kinds      = []*kind{list, find, get, revalidate, create, repeat, replace, remove}
)

// account is a user that the run creates.
type account struct {
	fakeuser.User
	key      string // Idempotency-Key of its creation
	id, etag string // empty until the creation is answered
}

// call is one request. No other request uses its user until it is answered.
type call struct {
	kind *kind
	user *account // without an id for a list
}

// mix makes the requests of a run, and learns from their answers.
type mix struct {
	base   string // URL before /users
	header http.Header
	deck   []*kind           // each kind as often as its share
	seed   uint64            // of the run's users
	last   atomic.Int64      // number of the last user
	free   chan *account     // users that no request uses
	users  map[*account]bool // all that may exist
	pause  time.Duration     // before a deletion is tried again
}

// newMix makes requests of the API at base. header has the credentials.
func newMix(base string, header http.Header) *mix {
	m := &mix{base: base, header: header, seed: rand.Uint64(), free: make(chan *account, 10_000), users: map[*account]bool{}, pause: time.Second}
	m.header.Set("User-Agent", "load")
	for _, k := range kinds {
		m.deck = append(m.deck, slices.Repeat([]*kind{k}, k.share)...)
	}
	return m
}

// draw picks the next call at random, by the shares. If no user is free, it creates one.
func (m *mix) draw() call {
	k := m.deck[rand.IntN(len(m.deck))]
	if k == list {
		return call{k, &account{}}
	}
	if k != create {
		select {
		case a := <-m.free:
			return call{k, a}
		default:
		}
	}
	return call{create, m.newUser()}
}

func (m *mix) newUser() *account {
	return &account{User: fakeuser.At(m.seed, int(m.last.Add(1))), key: uuid.NewString()}
}

// target returns the request of a call.
func (m *mix) target(c call) vegeta.Target {
	method, route, _ := strings.Cut(c.kind.route, " ")
	t := vegeta.Target{Method: method, URL: m.base + strings.Replace(route, "{id}", c.user.id, 1), Header: m.header.Clone()}
	switch c.kind {
	case find:
		t.URL += "?email=" + url.QueryEscape(c.user.Email)
	case preflight, anonymous:
		t.Header.Del("Authorization")
		t.Header.Del("X-Api-Key")
		t.Header.Set("Origin", "https://origin.example")
		t.Header.Set("Access-Control-Request-Method", http.MethodPost)
	case invalid:
		t.Header.Set("Content-Type", "application/json")
		t.Body = []byte("{}")
	case create, repeat:
		t.Header.Set("Idempotency-Key", c.user.key)
		fallthrough
	case replace:
		t.Header.Set("Content-Type", "application/json")
		t.Body, _ = json.Marshal(c.user.User) // never fails for strings and a number
	}
	if c.kind.condition != "" && c.user.etag != "" {
		t.Header.Set(c.kind.condition, c.user.etag)
	}
	return t
}
