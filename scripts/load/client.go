package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"users-api/scripts/internal/fakeuser"
)

// account is a user of the run. One request at a time uses it.
type account struct {
	fakeuser.User
	key      string // Idempotency-Key of its creation
	id, etag string // from the answers
	exists   bool   // or may exist, since its creation was not answered
	steps    []step // of a load test, that are still to come
}

func newAccount(seed uint64, number int) *account {
	return &account{User: fakeuser.At(seed, number), key: uuid.NewString()}
}

// client sends requests to an API.
type client struct {
	http.Client
	base   string        // URL before /users
	header http.Header   // with the credentials
	pause  time.Duration // before a request is sent again
}

func newClient(base string, header http.Header, connections int) *client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = connections, connections
	return &client{http.Client{Transport: transport, Timeout: 30 * time.Second}, base, header, time.Second}
}

// send sends a step's request for a user. The result's URL is the path of the route, and its
// Error says what is wrong.
func (c *client) send(s step, u *account) *vegeta.Result {
	r := &vegeta.Result{Timestamp: time.Now()}
	r.Method, r.URL, _ = strings.Cut(s.route, " ")
	err := c.exchange(s, u, r)
	r.Latency = time.Since(r.Timestamp)
	u.learn(r)
	if err == nil {
		err = s.check(u, r)
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

// exchange sends a request and reads its answer into r.
func (c *client) exchange(s step, u *account, r *vegeta.Result) error {
	req, err := c.request(s, u)
	if err != nil {
		return err
	}
	answer, err := c.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	r.Code, r.Headers = uint16(answer.StatusCode), answer.Header
	r.Body, err = io.ReadAll(answer.Body)
	return err
}

// request makes the request of a step. Headers are ignored where they mean nothing.
func (c *client) request(s step, u *account) (*http.Request, error) {
	method, route, _ := strings.Cut(s.route, " ")
	target := strings.NewReplacer("{id}", u.id, "{email}", url.QueryEscape(u.Email)).Replace(route + s.query)
	var body []byte
	if method == http.MethodPost || method == http.MethodPut {
		body, _ = json.Marshal(u.User) // never fails for strings and a number
	}
	req, err := http.NewRequest(method, c.base+target, strings.NewReader(cmp.Or(s.body, string(body))))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Origin", "https://origin.example")
	req.Header.Set("Access-Control-Request-Method", http.MethodPost)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", u.key)
	if !s.anonymous {
		maps.Copy(req.Header, c.header)
	}
	if s.condition != "" && u.etag != "" {
		req.Header.Set(s.condition, u.etag)
	}
	return req, nil
}

// learn takes from an answer what later requests need.
func (u *account) learn(r *vegeta.Result) {
	switch {
	case r.Method == http.MethodPost && r.Code == http.StatusCreated && u.id == "":
		u.id, u.etag, u.exists = path.Base(r.Headers.Get("Location")), r.Headers.Get("ETag"), true
	case r.Method == http.MethodPost && r.Code/100 != 4:
		u.exists = true
	case r.Method == http.MethodPut:
		u.etag = r.Headers.Get("ETag") // unknown if the update failed
	case r.Method == http.MethodDelete && (r.Code == http.StatusNoContent || r.Code == http.StatusNotFound):
		u.exists = false
	}
}

// remove deletes a user that may exist, in several tries. If its creation was not answered, a
// repetition returns its id.
func (c *client) remove(u *account) error {
	var r *vegeta.Result
	for try := 0; u.exists && try < 5; try++ {
		time.Sleep(time.Duration(try) * c.pause)
		s := deletion
		if u.id == "" {
			s = repetition
		}
		u.etag = "" // any version
		r = c.send(s, u)
	}
	if u.exists {
		return fmt.Errorf("delete user %s: %s", cmp.Or(u.id, u.Email), cmp.Or(r.Error, fmt.Sprint(r.Code)))
	}
	return nil
}
