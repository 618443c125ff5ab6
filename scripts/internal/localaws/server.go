// Package localaws starts and stops ministack, an emulator of AWS, and configures programs and
// shells to use it.
//
// A [Server] is one running AWS with a state folder of its own, so several may run at
// once: the one of `make dev` and one for each test run. It saves its state and ends when the
// process that started it ends, also by a kill.
//
// Where ministack differs from AWS in a way that matters here, launcher.py corrects it.
package localaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"users-api/scripts/internal/install"
	"users-api/scripts/internal/process"
)

// Service and Stage name what is deployed, as in serverless.yml. StackName is what
// CloudFormation calls it, and API Gateway the API.
const (
	Service   = "users-api"
	Stage     = "local"
	StackName = Service + "-" + Stage
)

// stopTimeout is far beyond the second that it takes.
const stopTimeout = 5 * time.Minute

// AWS is a local AWS, which this process or another one runs.
type AWS struct {
	// URL is the endpoint of all its services, without a slash at the end.
	URL string
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

// Server is an AWS that this process runs.
type Server struct {
	AWS
	opts    Options
	lock    *flock.Flock
	process *process.Process // nil if it did not start
}

// Start installs ministack if need be, runs a server on a free port of the loopback interface, and
// returns when it serves. It is [ErrRunning] when another process uses the state folder.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if err := install.Install(ctx, opts.Root, os.Stderr, install.LocalAWS); err != nil {
		return nil, err
	}
	lock, err := lockState(opts.State)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, lock: lock}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the local AWS, whose log is %s: %w", s.LogFile(), err), s.Stop())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	port, err := process.FreePort()
	if err != nil {
		return err
	}
	s.URL = "http://127.0.0.1:" + port
	tmp := s.file("tmp") // earlier runs left unpacked code there
	if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o755)); err != nil {
		return err
	}
	if err := s.launch(ctx, port); err != nil {
		return err
	}
	return errors.Join(
		os.RemoveAll(apiFile(s.opts.State)), // of a run that was killed
		os.WriteFile(portFile(s.opts.State), []byte(port), 0o644),
		os.WriteFile(s.file("env"), []byte(exports(s.URL)), 0o644),
	)
}

// launch starts the process and waits until it serves. A Ctrl-C in the terminal does not reach its
// group, so that the caller can stop it cleanly.
func (s *Server) launch(ctx context.Context, port string) error {
	cmd, err := process.Supervised(filepath.Join(s.opts.Root, install.LocalAWS.Dir, "bin/python"), "-u", filepath.Join(s.opts.Root, "scripts/internal/localaws/launcher.py"))
	if err != nil {
		return err
	}
	log, err := os.Create(s.LogFile())
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own handle
	lines, output, err := os.Pipe()
	if err != nil {
		return err
	}
	defer output.Close()
	cmd.Dir, cmd.Env = s.opts.State, processEnv(s.opts, port)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{output}
	go s.passOn(lines)
	s.process, err = process.Serve(ctx, cmd, s.URL+"/_ministack/ready", http.StatusOK)
	return err
}

// passOn passes on the lines that the functions write, until the process ends.
func (s *Server) passOn(lines *os.File) {
	defer lines.Close()
	var written struct {
		Function, Line string
		PID            int
	}
	for decoder := json.NewDecoder(lines); decoder.Decode(&written) == nil; {
		if s.opts.Output != nil {
			s.opts.Output(written.Function, written.PID, written.Line)
		}
	}
}

// Announce notes for API where the API is served.
func (s *Server) Announce(url string) error {
	return os.WriteFile(apiFile(s.opts.State), []byte(url), 0o644)
}

// Exited is closed when the server has ended, by Stop or by itself.
func (s *Server) Exited() <-chan struct{} { return s.process.Exited() }

// Stop saves the state and ends the server and every process of its functions. It may
// be called more than once.
func (s *Server) Stop() (err error) {
	if s.process != nil {
		err = s.process.Stop(syscall.SIGTERM, stopTimeout)
		s.process.Kill() // functions, if the server ended by itself
	}
	return errors.Join(err, os.RemoveAll(s.file("env")), s.lock.Unlock())
}

// Command returns a command that uses the server, in the repository's folder. It
// belongs to the server's process group and so never outlives the server.
func (s *Server) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.opts.Root, s.Environ()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: s.process.Pid()}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// LogFile is where the server writes its own log.
func (s *Server) LogFile() string { return s.file("emulator.log") }

func (s *Server) file(name string) string { return filepath.Join(s.opts.State, name) }
