package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// benchUser is a user that is in the table.
type benchUser struct {
	ID      string `json:"id"`
	Email   string `json:"email"`
	Version int64  `json:"version"`
}

// supply makes the events of a run, and the users that they need, through the
// function that creates them.
type supply struct {
	create  event
	creator *instance
	made    int
	shared  benchUser // that events read and update
}

// sharedUsers is how many users there are before the first measurement: more
// than a page of a list holds.
const sharedUsers = 50

func newSupply(ctx context.Context, create event, creator *instance) (*supply, error) {
	s := &supply{create: create, creator: creator}
	if _, err := creator.awaitEvent(ctx); err != nil {
		return nil, err
	}
	for range sharedUsers {
		var err error
		if s.shared, err = s.newUser(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// nextEmail is an address that nobody has had.
func (s *supply) nextEmail() string {
	s.made++
	return fmt.Sprintf("user.%d@example.com", s.made)
}

func (s *supply) newUser(ctx context.Context) (benchUser, error) {
	request, err := s.create.with(benchUser{Email: s.nextEmail()})
	if err != nil {
		return benchUser{}, err
	}
	answer, _, _, err := s.creator.request(ctx, request)
	if err != nil {
		return benchUser{}, fmt.Errorf("make a user: %w", err)
	}
	var res struct{ Body string }
	var u benchUser
	if err := json.Unmarshal(answer, &res); err != nil {
		return benchUser{}, err
	}
	if err := json.Unmarshal([]byte(res.Body), &u); err != nil || u.ID == "" {
		return benchUser{}, fmt.Errorf("make a user: the answer holds none: %s", answer)
	}
	return u, nil
}

// next is an event that the function can answer with success once.
func (s *supply) next(ctx context.Context, e event) ([]byte, error) {
	switch e["httpMethod"] {
	case nil:
		return e.withToken(time.Now())
	case "POST":
		return e.with(benchUser{Email: s.nextEmail()})
	case "DELETE":
		u, err := s.newUser(ctx)
		if err != nil {
			return nil, err
		}
		return e.with(u)
	case "PUT":
		request, err := e.with(s.shared)
		s.shared.Version++ // each event is sent once, and succeeds
		return request, err
	default:
		return e.with(s.shared)
	}
}
