// Package localaws installs, starts and stops ministack, an emulator of AWS, and
// configures programs and shells to use it.
//
// A [Server] is one running AWS with a state folder of its own, so several may run at
// once: the one of `make dev` and one for each test run. It saves its state and ends when the
// process that started it ends, also by a kill.
//
// Where ministack differs from AWS in a way that matters here, launcher.py corrects it.
package localaws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"users-api/scripts/internal/install"
)

// Service and Stage name what is deployed, as in serverless.yml. StackName is what
// CloudFormation calls it, and API Gateway the API.
const (
	Service   = "users-api"
	Stage     = "local"
	StackName = Service + "-" + Stage
)

// Install installs what the local AWS and a deployment to it need, unless it is installed.
func Install(ctx context.Context, root string, out io.Writer) error {
	return install.Install(ctx, root, out, install.Framework, install.LocalAWS)
}

// Options say how a server runs. Root and State are required.
type Options struct {
	// Root is the repository's folder, State the folder for everything that the
	// server keeps. One server at a time may use a state folder.
	Root, State string
	// Auth enforces IAM policies, as Amazon does.
	Auth bool
	// Output, if set, gets each line that a process of a function writes, before the
	// function's answer is sent. It is called from one goroutine.
	Output func(function string, pid int, line string)
}

// Server is a running AWS.
type Server struct {
	// URL is the endpoint of all its services, without a slash at the end.
	URL    string
	opts   Options
	lock   *flock.Flock
	cmd    *exec.Cmd
	stdin  io.Closer
	exited chan struct{}
}

// Start runs a server on a free port of the loopback interface and returns when it
// serves. It is [ErrRunning] when another process uses the state folder.
func Start(ctx context.Context, opts Options) (*Server, error) {
	lock, err := lockState(opts.State)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, opts, lock)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the local AWS: %w", err), lock.Unlock())
	}
	return s, nil
}

func start(ctx context.Context, opts Options, lock *flock.Flock) (*Server, error) {
	port, err := pickPort(opts.State)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://127.0.0.1:" + port, opts: opts, lock: lock, exited: make(chan struct{})}
	if err := s.launch(port); err != nil {
		return nil, err
	}
	if err := s.waitReady(ctx); err != nil {
		s.end(0)
		return nil, err
	}
	return s, errors.Join(
		os.RemoveAll(apiFile(opts.State)), // of a run that was killed
		os.WriteFile(portFile(opts.State), []byte(port), 0o644),
		os.WriteFile(s.file("env"), []byte(exports(s.URL)), 0o644),
	)
}

// Announce notes for API where the API is served.
func (s *Server) Announce(url string) error {
	return os.WriteFile(apiFile(s.opts.State), []byte(url), 0o644)
}

// Exited is closed when the server has ended, by Stop or by itself.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Stop saves the state and ends the server and every process of its functions. It may
// be called more than once.
func (s *Server) Stop() error {
	s.end(stopTimeout)
	return errors.Join(os.RemoveAll(s.file("env")), s.lock.Unlock())
}

// Command returns a command that uses the server, in the repository's folder. It
// belongs to the server's process group and so never outlives the server.
func (s *Server) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.opts.Root, s.Environ()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: s.cmd.Process.Pid}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// APIURL is the base URL of a REST API's stage, without a slash at the end.
func (s *Server) APIURL(api, stage string) string {
	return fmt.Sprintf("%s/_aws/execute-api/%s/%s", s.URL, api, stage)
}

// LogFile is where the server writes its own log.
func (s *Server) LogFile() string { return s.file("emulator.log") }

func (s *Server) file(name string) string { return filepath.Join(s.opts.State, name) }
