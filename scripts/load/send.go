package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// send sends the calls that next returns by vegeta, and passes each answer on. It stops
// when the pacer, d (if not 0) or ctx ends, and waits for the answers.
func (m *mix) send(ctx context.Context, workers int, pacer vegeta.Pacer, d time.Duration, next func() call, answered func(call, *vegeta.Result)) {
	attacker := vegeta.NewAttacker(vegeta.MaxWorkers(uint64(workers)), vegeta.Redirects(vegeta.NoFollow),
		vegeta.TLSConfig(&tls.Config{}), vegeta.HTTP2(true)) // HTTP2 would change the configuration that all attackers share
	defer context.AfterFunc(ctx, func() { attacker.Stop() })()
	var calls sync.Map // by the fragment of their URL, which is not sent but is in the result
	var last atomic.Int64
	target := func(t *vegeta.Target) error {
		c, fragment := next(), "#"+strconv.FormatInt(last.Add(1), 10)
		calls.Store(fragment, c)
		*t = m.target(c)
		t.URL += fragment
		return nil
	}
	for r := range attacker.Attack(target, pacer, d, "load") {
		fragment := r.URL[strings.LastIndexByte(r.URL, '#'):]
		c, _ := calls.LoadAndDelete(fragment)
		r.Error = strings.ReplaceAll(r.Error, fragment, "")
		m.learn(c.(call), r)
		answered(c.(call), r)
	}
}

// sendAll sends each of the calls once, a few at a time.
func (m *mix) sendAll(ctx context.Context, calls []call, answered func(call, *vegeta.Result)) {
	var sent atomic.Int64
	m.send(ctx, 8, total(len(calls)), 0, func() call { return calls[sent.Add(1)-1] }, answered)
}

// total is a pacer that ends after so many requests.
type total uint64

func (n total) Pace(_ time.Duration, sent uint64) (time.Duration, bool) { return 0, sent >= uint64(n) }
func (total) Rate(time.Duration) float64                                { return 0 }

// learn sets r.Error to what is wrong with an answer; 429 and 503 are not. It frees the
// call's user unless the user is gone or its state is unknown.
func (m *mix) learn(c call, r *vegeta.Result) {
	status, a := int(r.Code), c.user
	switch {
	case status == c.kind.want, status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		c.kind == revalidate && status == http.StatusOK: // from a stage's cache
		r.Error = ""
	default:
		r.Error = strings.TrimSpace(fmt.Sprintf("%s %.300s", cmp.Or(r.Error, strconv.Itoa(status)), r.Body))
	}
	if c.kind == create && status/100 != 4 {
		m.users[a] = true
	}
	switch {
	case r.Method == http.MethodPost && status == http.StatusCreated:
		m.identify(a, r)
	case c.kind == replace && status == http.StatusOK:
		a.etag = r.Headers.Get("ETag")
	case r.Method == http.MethodDelete && (status == http.StatusNoContent || status == http.StatusNotFound):
		delete(m.users, a)
	}
	if a.id != "" && m.users[a] && (r.Method == http.MethodGet || status == c.kind.want || status == http.StatusTooManyRequests) {
		select {
		case m.free <- a:
		default: // there are enough
		}
	}
}

// identify takes the id of a user from the answer to its creation, or compares it.
func (m *mix) identify(a *account, r *vegeta.Result) {
	_, id, _ := strings.Cut(r.Headers.Get("Location"), "users/")
	switch {
	case id == "":
		r.Error = "201 without the Location of a user"
	case a.id == "":
		a.id, a.etag = id, r.Headers.Get("ETag")
	case a.id != id:
		r.Error = fmt.Sprintf("201 for the Idempotency-Key of user %s made another user, %s", a.id, id)
		m.users[&account{id: id}] = true
	}
}

// leave deletes the users of a run, in several tries, or reports how many are kept. It repeats
// the creation of a user without an id: the Idempotency-Key returns the id.
func (m *mix) leave(keep bool, out io.Writer) error {
	all, failure := len(m.users), ""
	if keep {
		fmt.Fprintf(out, "kept %d users\n", all)
		return nil
	}
	for try := 0; try < 5 && len(m.users) > 0; try++ {
		time.Sleep(time.Duration(try) * m.pause)
		var calls []call
		for a := range m.users {
			a.etag = "" // delete any version
			if a.id == "" {
				calls = append(calls, call{repeat, a})
			} else {
				calls = append(calls, call{remove, a})
			}
		}
		m.sendAll(context.Background(), calls, func(c call, r *vegeta.Result) {
			if int(r.Code) != c.kind.want {
				failure = cmp.Or(r.Error, strconv.Itoa(int(r.Code)))
			}
		})
	}
	if len(m.users) == 0 {
		fmt.Fprintf(out, "deleted all %d users\n", all)
		return nil
	}
	for a := range m.users {
		failure += "\n" + cmp.Or(a.id, a.Email)
	}
	return fmt.Errorf("%d of %d users could not be deleted: %s", len(m.users), all, failure)
}
