package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"users-api/scripts/internal/people"
)

// kind is a kind of request.
type kind int

const (
	get kind = iota
	getKnown
	list
	listNext
	find
	create
	createAgain
	update
	remove
	kinds // how many there are
)

// share is how many of 100 requests are of each kind: mostly reads, and about as
// many deletions as creations.
var share = [kinds]int{get: 50, getKnown: 12, list: 10, listNext: 4, find: 4, create: 7, createAgain: 1, update: 7, remove: 5}

// routes are what the table at the end has a row for.
var routes = []string{"GET /users", "GET /users/{id}", "POST /users", "PUT /users/{id}", "DELETE /users/{id}"}

// route gives the position of a kind's route.
func (k kind) route() int {
	switch k {
	case get, getKnown:
		return 1
	case create, createAgain:
		return 2
	case update:
		return 3
	case remove:
		return 4
	}
	return 0
}

// expected tells whether a status is what such a request is answered by when all
// is well.
func (k kind) expected(status int) bool {
	switch k {
	case getKnown: // a change may come first
		return status == http.StatusNotModified || status == http.StatusOK
	case create, createAgain:
		return status == http.StatusCreated
	case remove:
		return status == http.StatusNoContent
	}
	return status == http.StatusOK
}

// call is a request that is under way.
type call struct {
	kind kind
	user *account // that it is about
	made creation // that it asks for
}

// creation is a POST, by which it can be sent again.
type creation struct {
	key, body, email string
	id               string // of the user that came out of it
}

// mix makes the requests of a run, and learns from their answers.
type mix struct {
	base   string // URL before /users
	header http.Header
	seed   uint64 // of the run's people
	pool   pool
	number atomic.Int64 // of people made up

	mu     sync.Mutex
	calls  map[uint64]call
	last   uint64
	recent []creation // some that were answered
	cursor string     // of some page
	unsure []creation // of which nobody knows whether they made a user
}

func newMix(base, credential string) *mix {
	header := http.Header{"Authorization": {credential}, "User-Agent": {"users-api-load"}}
	return &mix{base: base, header: header, seed: rand.Uint64(), calls: map[uint64]call{}}
}

// target is vegeta's Targeter: it makes the next request.
func (m *mix) target(t *vegeta.Target) error {
	c := m.draw()
	*t = m.request(c)
	// What follows a # is not sent, and comes back with the result.
	t.URL += "#" + strconv.FormatUint(m.begin(c), 10)
	return nil
}

// draw picks a kind by its share. Where no user is free for it, a list does.
func (m *mix) draw() call {
	n := rand.IntN(100)
	k := get
	for n -= share[k]; n >= 0; n -= share[k] {
		k++
	}
	return m.prepare(k)
}

func (m *mix) prepare(k kind) call {
	c := call{kind: k}
	switch k {
	case get, getKnown, find:
		c.user = m.pool.read()
	case update:
		c.user = m.pool.change()
	case remove:
		c.user = m.pool.remove()
	case create:
		c.made = m.newCreation()
		return c
	case createAgain:
		var ok bool
		if c.made, ok = m.repeat(); !ok {
			return m.prepare(create)
		}
		return c
	default:
		return c
	}
	if c.user == nil {
		return call{kind: list}
	}
	return c
}

func (m *mix) newCreation() creation {
	in := people.At(m.seed, int(m.number.Add(1)))
	body, err := json.Marshal(in)
	if err != nil {
		panic(err) // three plain members
	}
	return creation{key: uuid.NewString(), body: string(body), email: in.Email}
}

func (m *mix) repeat() (creation, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.recent) == 0 {
		return creation{}, false
	}
	return m.recent[rand.IntN(len(m.recent))], true
}

func (m *mix) begin(c call) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	m.calls[m.last] = c
	return m.last
}

func (m *mix) request(c call) vegeta.Target {
	t := vegeta.Target{Method: http.MethodGet, URL: m.base + "/users", Header: m.header.Clone()}
	var user account
	if c.user != nil {
		user = m.pool.look(c.user)
	}
	switch c.kind {
	case list:
	case listNext:
		t.URL += "?limit=50" + m.next()
	case find:
		t.URL += "?email=" + url.QueryEscape(user.email)
	case create, createAgain:
		t.Method, t.Body = http.MethodPost, []byte(c.made.body)
		t.Header.Set("Idempotency-Key", c.made.key)
	default:
		t.URL += "/" + user.id
	}
	switch c.kind {
	case getKnown:
		t.Header.Set("If-None-Match", user.etag)
	case update:
		t.Method, t.Body = http.MethodPut, m.replacement(user)
		t.Header.Set("If-Match", user.etag)
	case remove:
		t.Method = http.MethodDelete
		t.Header.Set("If-Match", user.etag)
	}
	if t.Body != nil {
		t.Header.Set("Content-Type", "application/json")
	}
	return t
}

func (m *mix) next() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cursor == "" {
		return ""
	}
	return "&cursor=" + url.QueryEscape(m.cursor)
}

// replacement is a PUT's body: another person with the same address.
func (m *mix) replacement(user account) []byte {
	in := people.At(m.seed, int(m.number.Add(1)))
	in.Email = user.email
	body, err := json.Marshal(in)
	if err != nil {
		panic(err) // three plain members
	}
	return body
}

// answered learns from an answer, and says what was wrong with it: "" for
// nothing.
func (m *mix) answered(r *vegeta.Result) (c call, wrong string) {
	c = m.end(r.URL)
	status := int(r.Code)
	ok := c.kind.expected(status)
	switch c.kind {
	case get, getKnown, find:
		m.pool.doneReading(c.user)
	case listNext, list:
		m.remember(r.Body)
	case create:
		wrong = m.created(c.made, r)
	case createAgain:
		if id := idOf(r.Headers); ok && id != c.made.id {
			wrong = fmt.Sprintf("Idempotency-Key of user %s made another, %q", c.made.id, id)
			m.pool.lose(&account{id: id})
		}
	case update:
		m.changed(c.user, r)
	case remove:
		m.removed(c.user, status)
	}
	if !ok {
		wrong = describe(r)
	}
	return c, wrong
}

func (m *mix) end(sent string) call {
	n, err := strconv.ParseUint(sent[strings.LastIndexByte(sent, '#')+1:], 10, 64)
	if err != nil {
		panic(err) // target wrote it
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.calls[n]
	delete(m.calls, n)
	return c
}

// remember keeps a page's cursor for a later request.
func (m *mix) remember(body []byte) {
	var page struct{ NextCursor string }
	if json.Unmarshal(body, &page) != nil || page.NextCursor == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cursor = page.NextCursor
}

// kept is how many creations may be sent again.
const kept = 100

func (m *mix) created(c creation, r *vegeta.Result) (wrong string) {
	c.id = idOf(r.Headers)
	if r.Code == http.StatusCreated && c.id == "" {
		return "201 without a Location"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Code != http.StatusCreated {
		if mayHaveWorked(int(r.Code)) {
			m.unsure = append(m.unsure, c)
		}
		return ""
	}
	m.pool.add(&account{id: c.id, etag: r.Headers.Get("ETag"), email: c.email})
	if len(m.recent) < kept {
		m.recent = append(m.recent, c)
	} else {
		m.recent[rand.IntN(kept)] = c
	}
	return ""
}

func (m *mix) changed(user *account, r *vegeta.Result) {
	switch r.Code {
	case http.StatusOK, http.StatusTooManyRequests: // which did not reach the function
		m.pool.doneChanging(user, r.Headers.Get("ETag"))
	default:
		m.pool.lose(user)
	}
}

func (m *mix) removed(user *account, status int) {
	switch status {
	case http.StatusNoContent:
	case http.StatusTooManyRequests: // it did not reach the function
		m.pool.add(user)
	default:
		m.pool.lose(user)
	}
}

// mayHaveWorked tells whether a write may have been done though its answer says
// no, or there was none.
func mayHaveWorked(status int) bool { return status == 0 || status >= 500 }

// idOf is the id in an answer's Location.
func idOf(h http.Header) string {
	location := h.Get("Location")
	return location[strings.LastIndexByte(location, '/')+1:]
}
