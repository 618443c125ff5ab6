package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// requestTime bounds a request. API Gateway itself gives up after 29 seconds.
const requestTime = 30 * time.Second

// newClient makes the client of a run, with a connection for each request that
// may be under way.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = maxAtOnce, maxAtOnce
	return &http.Client{
		Transport:     transport,
		Timeout:       requestTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send sends one request, outside of the load.
func send(ctx context.Context, client *http.Client, t vegeta.Target) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, t.Method, t.URL, bytes.NewReader(t.Body))
	if err != nil {
		return nil, "", err
	}
	req.Header = t.Header
	resp, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, strings.TrimSpace(string(body)), err
}

// check finds out whether the API is there and takes the credential.
func (m *mix) check(ctx context.Context, client *http.Client) error {
	t := m.request(call{kind: list})
	resp, body, err := send(ctx, client, t)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start `make dev` in another terminal, or say where the API is with URL=…", m.base)
	}
	if err != nil {
		return err
	}
	return m.judge(resp.StatusCode, http.StatusOK, t.Method, body)
}

// judge explains an answer before the load that is not the one that it needs.
func (m *mix) judge(status, want int, method, body string) error {
	switch status {
	case want:
		return nil
	case http.StatusUnauthorized:
		hint := "give another TOKEN"
		if isLocal(m.base) {
			hint = "is it the `make dev` of another checkout? Give its token: TOKEN=$(make -s token) there"
		}
		return fmt.Errorf("%s refused the credential (401): %s", m.base, hint)
	case http.StatusForbidden:
		return fmt.Errorf("%s does not allow %s /users (403): the credential needs the scopes users:read and users:write", m.base, method)
	}
	return fmt.Errorf("%s answered %s /users with %d, not %d: %s", m.base, method, status, want, body)
}
