// Command load sends mixed requests to all routes of an API, at a rate, for a time:
// to `make dev` on this machine or to any deployed stage. It prints the results by
// route, and deletes every user that it created.
//
// It fails when an answer is not the expected one. Throttling (429)
// and an unavailable table (503) are counted apart: their meaning depends on the rate.
//
// With -smoke, it sends one request of each kind in place of a mix: a smoke test, after a
// deployment.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"users-api/pkg/auth"
	"users-api/scripts/internal/cli"
	"users-api/scripts/internal/issuer"
	"users-api/scripts/internal/localaws"
)

type options struct {
	rate     int
	duration time.Duration
	url      string // of the API, without /users
	local    bool   // the API runs on this machine
	smoke    bool
}

// workers is how many requests may wait for their answers at a time.
func (o options) workers() int {
	if o.local {
		return 50 // the local AWS starts a process for each of them
	}
	return 1000
}

func main() {
	cli.Main(func(ctx context.Context, args []string, out io.Writer) error { return run(ctx, args, os.Getenv, out) })
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	header, err := credentials(ctx, o, strings.TrimSpace(getenv("TOKEN")), strings.TrimSpace(getenv("API_KEY")))
	if err != nil {
		return err
	}
	c := newClient(o.url, header, o.workers())
	if o.smoke {
		return smoke(ctx, c, out)
	}
	return load(ctx, c, o, out)
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.IntVar(&o.rate, "rate", 50, "requests per second")
	flags.DurationVar(&o.duration, "duration", 10*time.Second, "such as 30s or 5m")
	flags.StringVar(&o.url, "url", "", "URL of the API, without /users; that of the running `make dev` by default")
	flags.BoolVar(&o.smoke, "smoke", false, "send one request of each kind, as a smoke test")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case o.rate < 1 || o.rate > 10_000:
		return o, fmt.Errorf("RATE=%d: must be from 1 to 10000 requests per second", o.rate)
	case o.duration < time.Second || o.duration > time.Hour:
		return o, fmt.Errorf("DURATION=%s: must be from 1s to 1h", o.duration)
	}
	if o.url == "" {
		if o.url, err = localaws.API(".local"); err != nil {
			return o, fmt.Errorf("URL is not set, and %w", err)
		}
	}
	o.url = strings.TrimSuffix(strings.TrimSuffix(o.url, "/"), "/users")
	u, err := url.Parse(o.url)
	o.local = err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
	return o, nil
}

// credentials returns the headers that show who calls: the given token and key of x-api-key
// or, for `make dev`, a token that is valid until the users are deleted.
func credentials(ctx context.Context, o options, token, key string) (header http.Header, err error) {
	header = http.Header{}
	if key != "" {
		header.Set("X-Api-Key", key)
	}
	if token == "" && key == "" {
		if !o.local {
			return nil, errors.New("TOKEN is missing: set it to a token with the scopes users:read and users:write, or to 'ApiKey <key>', or set API_KEY if the stage takes x-api-key")
		}
		if token, err = issuer.Token(ctx, ".local", "", "load", auth.Scopes(), o.duration+15*time.Minute); err != nil {
			return nil, err
		}
	}
	switch {
	case strings.Contains(token, " "): // has a scheme, as API keys do
		header.Set("Authorization", token)
	case token != "":
		header.Set("Authorization", "Bearer "+token)
	}
	return header, nil
}
