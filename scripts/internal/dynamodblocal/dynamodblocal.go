// Package dynamodblocal runs DynamoDB Local, Amazon's own engine, for tests
// and benchmarks: no Docker, no AWS account, nothing installed outside the
// repository.
//
// Install fetches the engine once from Maven into the repository's .cache
// folder. Start runs one server, in memory, on a free port; the server ends
// with Close, and also when its parent is killed, by whatever signal.
// RunTests gives a package's tests one server in three lines:
//
//	var endpoint string
//
//	func TestMain(m *testing.M) {
//		os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
//	}
//
// Tests share that server, so each makes a table with a name of its own. A
// client must name a region and some credentials (letters and digits only);
// the engine keeps one set of tables for each pair of them.
//
// The engine has no option for the address that it listens on: it takes all of
// the machine's. It holds nothing but what the tests put there.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Version is the engine's version, the same as in pom.xml.
const Version = "3.1.0"

const (
	startTimeout  = 60 * time.Second // far beyond the 1 to 4 s that a start takes
	startAttempts = 3                // ports that may be lost to another program
	endTimeout    = 10 * time.Second // for a killed process to be gone
)

// supervisor runs its arguments as a child that lives no longer than this
// shell's standard input is open. The other end of it is held by us alone, and
// the kernel closes it however we end, which no signal handler could promise.
// Pdeathsig would do the same on Linux only, and kills the child of a thread
// that Go retires.
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
	port   int
	life   io.Closer // closing it ends the server
	output *tail
	ended  chan struct{} // closed once the process is gone
	err    error         // of the process; read after ended
	close  sync.Once
}

// Start installs the engine if need be and starts a server with an empty
// memory. It returns once the server answers. ctx bounds the start, not the
// server's life; Close ends that.
//
// The engine is compiled in haste, which halves its start.
func Start(ctx context.Context) (*Server, error) { return start(ctx, "-XX:TieredStopAtLevel=1") }

// StartToMeasure is Start for benchmarks: after some thousand calls the engine is
// a third faster.
func StartToMeasure(ctx context.Context) (*Server, error) { return start(ctx) }

func start(ctx context.Context, jvm ...string) (*Server, error) {
	dir, err := Install(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	java, err := findJava()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	// Between finding a free port and taking it a second start could find the
	// same one, and would take the first one's answers for its own.
	unlock, err := lock(ctx, dir+".start.lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	return startOnFreePort(ctx, append([]string{java}, jvm...), dir)
}

// startOnFreePort tries again when another program takes the port first.
func startOnFreePort(ctx context.Context, java []string, dir string) (*Server, error) {
	var err error
	for range startAttempts {
		var s *Server
		if s, err = startOnce(ctx, java, dir); err == nil {
			return s, nil
		}
		if !errors.Is(err, errPortTaken) {
			break
		}
	}
	return nil, fmt.Errorf("start DynamoDB Local: %w", err)
}

func startOnce(ctx context.Context, java []string, dir string) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s, err := launch(java, dir, port)
	if err != nil {
		return nil, err
	}
	if err := s.waitReady(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// launch starts the process and does not wait for it to serve.
func launch(java []string, dir string, port int) (*Server, error) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		return nil, errors.New("DynamoDB Local is started through a POSIX shell, and there is no sh on the PATH: on Windows use WSL")
	}
	args := slices.Concat([]string{"-c", supervisor, "dynamodb-local"}, java, serverArgs(dir, port))
	s := &Server{port: port, output: &tail{}, ended: make(chan struct{})}
	cmd := exec.Command(sh, args...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = s.output, s.output, endTimeout
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

// serverArgs is the engine's command line, behind java and what else the JVM is
// told. The simple collector starts sooner.
func serverArgs(dir string, port int) []string {
	return []string{
		"-XX:+UseSerialGC",
		"-Djava.library.path=" + dir,
		"-cp", filepath.Join(dir, "*"),
		"software.amazon.dynamodb.services.local.main.ServerRunner",
		"-inMemory", "-disableTelemetry", "-port", strconv.Itoa(port),
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", ":0") // all addresses, as the engine will
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Endpoint is the server's URL, for AWS_ENDPOINT_URL_DYNAMODB or a client's
// BaseEndpoint.
func (s *Server) Endpoint() string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
}

// Close ends the server and returns once its process is gone. What it held is
// lost. A second Close does nothing.
func (s *Server) Close() error {
	s.close.Do(func() { s.life.Close() })
	select {
	case <-s.ended:
		return nil
	case <-time.After(endTimeout):
		return fmt.Errorf("DynamoDB Local on port %d is still there %s after it was killed", s.port, endTimeout)
	}
}

// tests is the part of *testing.M that RunTests needs.
type tests interface{ Run() int }

// URLVariable names a server that is running already and serves all packages of a
// test run.
const URLVariable = "DYNAMODB_LOCAL_URL"

// RunTests hands the URL of a server to use and runs the tests. The server is the
// one that URLVariable names; without it, RunTests starts one and closes it after
// the tests. It returns the exit code for os.Exit: 1 where the server could not be
// started, with what to install on standard error, since tests that did not run
// have not passed.
func RunTests(m tests, use func(endpoint string)) int {
	if url := os.Getenv(URLVariable); url != "" {
		use(url)
		return m.Run()
	}
	s, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	use(s.Endpoint())
	code := m.Run()
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// tail keeps the end of what a process prints, for the error message.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4096

// Write keeps the last tailSize bytes and never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
