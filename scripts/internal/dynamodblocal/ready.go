package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// pollEvery is how often a starting server is asked; a question costs nothing
// while nobody listens.
const pollEvery = 10 * time.Millisecond

// askTimeout ends a question to a program that took the port and is silent.
const askTimeout = time.Second

var errPortTaken = errors.New("another program took the port")

// waitReady returns once the server answers, or says why it does not.
func (s *Server) waitReady(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return s.endedEarly()
		case <-ctx.Done():
			return fmt.Errorf("no answer from %s: %w; it printed: %s", s.Endpoint(), context.Cause(ctx), s.output)
		case <-tick.C:
			if answers(ctx, s.Endpoint()) {
				return nil
			}
		}
	}
}

// answers tells DynamoDB's refusal of an unsigned request from anything else.
func answers(ctx context.Context, endpoint string) bool {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return false
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return strings.HasPrefix(resp.Header.Get("Content-Type"), "application/x-amz-json")
}

// endedEarly explains a process that ended before it served.
func (s *Server) endedEarly() error {
	printed := s.output.String()
	if strings.Contains(printed, "java.net.BindException") {
		return fmt.Errorf("port %d: %w", s.port, errPortTaken)
	}
	if strings.Contains(printed, "UnsupportedClassVersionError") {
		return fmt.Errorf("java is too old: %s", needJava)
	}
	return fmt.Errorf("java ended (%v) before it served; it printed:\n%s", s.err, printed)
}
