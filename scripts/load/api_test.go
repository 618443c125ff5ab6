package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// fakeAPI is a users API as strict as the real one in what the load relies on.
type fakeAPI struct {
	mu       sync.Mutex
	users    map[string]*fakeUser
	keys     map[string]string // Idempotency-Key -> id
	requests map[string]int    // by method
	// fault, where set, may answer in the API's place; it is told the number of
	// the request. after says that the API does its work first.
	fault func(w http.ResponseWriter, r *http.Request, n int) (answered bool)
	after bool
	n     int
}

type fakeUser struct {
	email   string
	version int
}

func newFakeAPI(t *testing.T) (*fakeAPI, string) {
	t.Helper()
	f := &fakeAPI{users: map[string]*fakeUser{}, keys: map[string]string{}, requests: map[string]int{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	f.requests[r.Method]++
	if r.Header.Get("Authorization") != "Bearer good" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if f.fault != nil && f.after {
		lost := httptest.NewRecorder()
		f.route(lost, r)
		if !f.fault(w, r, f.n) {
			copyAnswer(w, lost)
		}
		return
	}
	if f.fault == nil || !f.fault(w, r, f.n) {
		f.route(w, r)
	}
}

func copyAnswer(w http.ResponseWriter, from *httptest.ResponseRecorder) {
	for name, values := range from.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(from.Code)
	_, _ = w.Write(from.Body.Bytes())
}

func (f *fakeAPI) route(w http.ResponseWriter, r *http.Request) {
	id, about := strings.CutPrefix(r.URL.Path, "/users/")
	switch {
	case !about && r.Method == http.MethodPost:
		f.create(w, r)
	case !about:
		fmt.Fprint(w, `{"users":[],"nextCursor":"c1"}`)
	case f.users[id] == nil:
		w.WriteHeader(http.StatusNotFound)
	default:
		f.one(w, r, id, f.users[id])
	}
}

func (f *fakeAPI) create(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name, Email string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Name == "" || in.Email == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	id, known := f.keys[r.Header.Get("Idempotency-Key")]
	if !known {
		id = uuid.NewString()
		f.keys[r.Header.Get("Idempotency-Key")] = id
		f.users[id] = &fakeUser{in.Email, 1}
	}
	w.Header().Set("Location", "users/"+id)
	w.Header().Set("ETag", `"1"`)
	w.WriteHeader(http.StatusCreated)
}

func (f *fakeAPI) one(w http.ResponseWriter, r *http.Request, id string, u *fakeUser) {
	etag := fmt.Sprintf(`"%d"`, u.version)
	if match := r.Header.Get("If-Match"); match != "" && match != etag {
		w.WriteHeader(http.StatusPreconditionFailed)
		return
	}
	switch r.Method {
	case http.MethodDelete:
		delete(f.users, id)
		w.WriteHeader(http.StatusNoContent)
		return
	case http.MethodPut:
		u.version++
		etag = fmt.Sprintf(`"%d"`, u.version)
	}
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	fmt.Fprintf(w, `{"id":%q}`, id)
}

func (f *fakeAPI) size() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.users)
}

// loadOptions are a short run against an API, with its plot in a test's folder.
func loadOptions(t *testing.T, url string) options {
	return options{rate: 300, duration: 2 * time.Second, url: url, plot: t.TempDir() + "/load.html"}
}
