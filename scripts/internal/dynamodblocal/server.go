package dynamodblocal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// supervisor is a shell script that runs its arguments, and kills what it runs when the script's
// standard input ends. We hold the other end of that pipe: the kernel closes it when we end.
// Linux's Pdeathsig does not work here: it also kills a child when the thread that started it ends, and
// Go ends threads.
const supervisor = `exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r _ <&3; kill -9 "$server") >/dev/null 2>&1 &
watcher=$!
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"`

// Server is a running DynamoDB Local.
type Server struct {
	port   string
	life   io.Closer     // closing it ends the process
	output bytes.Buffer  // read it after ended is closed
	ended  chan struct{} // closed when the process has ended
	err    error         // the process's; read it after ended is closed
}

// launch starts the process and does not wait until it serves. The JVM's first compiler and its
// simple garbage collector halve the time of a start.
func launch(dir, port string) (*Server, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return nil, err
	}
	s := &Server{port: port, ended: make(chan struct{})}
	cmd := exec.Command("sh", "-c", supervisor, "dynamodb-local",
		"java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
		"-Djava.library.path="+dir, "-cp", filepath.Join(dir, "*"),
		"software.amazon.dynamodb.services.local.main.ServerRunner",
		"-inMemory", "-disableTelemetry", "-port", port)
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	var err error
	if s.life, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.err = cmd.Wait()
		close(s.ended)
	}()
	return s, nil
}

// Endpoint is the server's URL, for AWS_ENDPOINT_URL_DYNAMODB or a client's BaseEndpoint.
func (s *Server) Endpoint() string { return "http://127.0.0.1:" + s.port }

// Close ends the server and returns when its process has ended. What it held is lost. A second
// Close does nothing. The error is always nil.
func (s *Server) Close() error {
	_ = s.life.Close() // it is closed already where the process has ended
	<-s.ended
	return nil
}

// awaitReady returns when the server answers, or the reason why it never will.
func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !answers(ctx, s.Endpoint()) {
		select {
		case <-s.ended:
			return fmt.Errorf("java ended (%v) before it served, and wrote:\n%s", s.err, strings.TrimSpace(s.output.String()))
		case <-ctx.Done():
			return fmt.Errorf("no answer from %s: %w", s.Endpoint(), ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// answers reports whether a server answers as DynamoDB does to an unsigned request.
func answers(ctx context.Context, endpoint string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // another program may keep silent
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return strings.HasPrefix(resp.Header.Get("Content-Type"), "application/x-amz-json")
}
