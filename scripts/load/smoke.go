package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Requests of the smoke test that no mix has.
var (
	preflight = &kind{route: "OPTIONS /users", want: http.StatusOK}
	anonymous = &kind{route: "GET /users", want: http.StatusUnauthorized}
	unrouted  = &kind{route: "GET /no-such-route", want: http.StatusNotFound}
	invalid   = &kind{route: "POST /users", want: http.StatusBadRequest}
	gone      = &kind{route: "DELETE /users/{id}", want: http.StatusNotFound}
)

// step is a request of the smoke test.
type step struct {
	what string
	call
	check func(*account, *vegeta.Result) error // of an answer with the expected status
}

// smoke takes a new user through the API, and checks what API Gateway answers itself. It
// prints each step, stops at the first that fails or when ctx ends, and deletes the user.
func smoke(ctx context.Context, m *mix, out io.Writer) (err error) {
	fmt.Fprintf(out, "smoke test of %s\n", m.base)
	defer func() {
		if len(m.users) > 0 {
			err = errors.Join(err, m.leave(false, out))
		}
	}()
	for _, s := range m.steps() {
		if ctx.Err() != nil {
			return errors.New("stopped")
		}
		r, err := m.sendOne(s.call)
		if err == nil {
			err = s.check(s.user, r)
		}
		if err != nil {
			return fmt.Errorf("%s (%s): %w", s.kind.route, s.what, err)
		}
		fmt.Fprintf(out, "%d %5d ms  %-18s  %s\n", r.Code, r.Latency.Milliseconds(), s.kind.route, s.what)
	}
	fmt.Fprintln(out, "passed")
	return nil
}

func (m *mix) steps() []step {
	nobody, u := &account{}, m.newUser()
	return []step{
		{"a browser asks first", call{preflight, nobody}, allows},
		{"without a credential", call{anonymous, nobody}, failsByGateway},
		{"an unknown route", call{unrouted, nobody}, failsByGateway},
		{"a body that breaks the rules", call{invalid, nobody}, fails},
		{"create a user", call{create, u}, shows(1)},
		{"the same Idempotency-Key", call{repeat, u}, shows(1)},
		{"read it", call{get, u}, shows(1)},
		{"read it only if it has changed", call{revalidate, u}, anything},
		{"find it by its address", call{find, u}, lists},
		{"list users", call{list, u}, anything},
		{"update it", call{replace, u}, shows(2)},
		{"delete it", call{remove, u}, anything},
		{"delete what does not exist", call{gone, u}, fails},
	}
}

// sendOne sends a call, again if it is throttled or the table is unavailable.
func (m *mix) sendOne(c call) (r *vegeta.Result, err error) {
	for try := range 5 {
		time.Sleep(time.Duration(try) * m.pause)
		m.sendAll(context.Background(), []call{c}, func(_ call, answer *vegeta.Result) { r = answer })
		switch {
		case r.Error != "":
			return r, errors.New(r.Error)
		case r.Code != http.StatusTooManyRequests && r.Code != http.StatusServiceUnavailable:
			return r, nil
		}
	}
	return r, fmt.Errorf("%d, also after several tries", r.Code)
}

func anything(*account, *vegeta.Result) error { return nil }

// allows checks the CORS headers of a preflight.
func allows(_ *account, r *vegeta.Result) error {
	for name, want := range map[string]string{"Origin": "", "Methods": http.MethodDelete, "Headers": "Idempotency-Key"} {
		name = "Access-Control-Allow-" + name
		switch got := r.Headers.Get(name); {
		case got == "":
			return fmt.Errorf("there is no %s", name)
		case !strings.Contains(got, want):
			return fmt.Errorf("%s is %q, without %s", name, got, want)
		}
	}
	return nil
}

// failsByGateway checks an error that a browser must be able to read, from API Gateway.
func failsByGateway(u *account, r *vegeta.Result) error {
	if r.Headers.Get("Access-Control-Allow-Origin") == "" {
		return errors.New("the error has no Access-Control-Allow-Origin")
	}
	return fails(u, r)
}

// fails checks the one shape of an error.
func fails(_ *account, r *vegeta.Result) error {
	var e struct{ Error, RequestID string }
	if err := json.Unmarshal(r.Body, &e); err != nil || e.Error == "" || e.RequestID == "" {
		return fmt.Errorf(`the body is not {"error":"…","requestId":"…"} but %.300s`, r.Body)
	}
	return nil
}

// shows returns a check that an answer has a version of the user.
func shows(version int) func(*account, *vegeta.Result) error {
	return func(u *account, r *vegeta.Result) error {
		var got struct {
			ID, Name string
			Version  int
		}
		if err := json.Unmarshal(r.Body, &got); err != nil || got.ID != u.id || got.Name != u.Name || got.Version != version {
			return fmt.Errorf("the body is not version %d of user %s, %s, but %.300s", version, u.id, u.Name, r.Body)
		}
		return nil
	}
}

// lists checks that an answer has the user alone.
func lists(u *account, r *vegeta.Result) error {
	var page struct{ Users []struct{ ID string } }
	if err := json.Unmarshal(r.Body, &page); err != nil || len(page.Users) != 1 || page.Users[0].ID != u.id {
		return fmt.Errorf("the body has not user %s alone, but %.300s", u.id, r.Body)
	}
	return nil
}
