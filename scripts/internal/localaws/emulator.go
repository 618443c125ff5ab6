// Package localaws runs an AWS on this machine: it installs ministack, starts it,
// deploys the service to it with the framework, and keeps the two equal.
//
// An [Server] is one running AWS with a state folder of its own, so several may
// run at once: the one of `make dev` and one for each test run. It ends with the
// process that started it, however that ends, and saves its state first.
//
// What ministack leaves out and the service needs is repeated here through AWS's
// own interfaces and nowhere else: see [Deployer.repeat].
package localaws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

const (
	// Service and Stage name what is deployed, as in serverless.yml.
	Service = "users-api"
	Stage   = "local"
	// Region is where the local AWS claims to be.
	Region = "us-east-1"

	// startTimeout and stopTimeout are for a busy machine; both take about a second.
	startTimeout = 60 * time.Second
	stopTimeout  = 15 * time.Second
	// startAttempts bounds the race for a port between finding it free and taking it.
	startAttempts = 3
)

// ErrRunning says that another process uses the state folder.
var ErrRunning = errors.New("the local AWS is already running on this state folder")

// Options say how an emulator runs. Root and State are required.
type Options struct {
	// Root is the repository's folder, State the folder for everything that the
	// emulator keeps. One emulator at a time may use a state folder.
	Root, State string
	// Auth has IAM policies enforced, as Amazon does.
	Auth bool
}

// Server is a running AWS.
type Server struct {
	// URL is the endpoint of all its services, without a slash at the end.
	URL  string
	opts Options

	lock   *flock.Flock
	cmd    *exec.Cmd
	stdin  io.Closer
	exited chan struct{}
	err    error // why it exited; read it after exited is closed
}

// Start runs the emulator on a free port of the loopback interface and returns
// when it serves. The error names the log file when it does not come up.
func Start(ctx context.Context, opts Options) (*Server, error) {
	lock, err := lockState(opts.State)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		e, err := start(ctx, opts)
		if err == nil {
			e.lock = lock
			return e, nil
		}
		if attempt == startAttempts || ctx.Err() != nil {
			return nil, errors.Join(err, lock.Unlock())
		}
	}
}

// Exited is closed when the emulator has ended, by Stop or by itself.
func (e *Server) Exited() <-chan struct{} { return e.exited }

// Stop saves the state and ends the emulator and every process of its functions.
// It may be called more than once.
func (e *Server) Stop() error {
	_ = e.stdin.Close() // the launcher ends in good order when its standard input closes
	select {
	case <-e.exited:
	case <-time.After(stopTimeout):
	}
	e.killGroup()
	<-e.exited
	return e.lock.Unlock()
}

// APIURL is the base URL of a REST API's stage, without a slash at the end.
func (e *Server) APIURL(api, stage string) string {
	return fmt.Sprintf("%s/_aws/execute-api/%s/%s", e.URL, api, stage)
}

// LogFile is where the emulator writes its own log.
func (e *Server) LogFile() string { return logFile(e.opts.State) }

// killGroup ends what is left of the emulator's process group. That nothing is left
// is the usual case and no error.
func (e *Server) killGroup() { _ = syscall.Kill(-e.cmd.Process.Pid, syscall.SIGKILL) }

func lockState(state string) (*flock.Flock, error) {
	if err := os.MkdirAll(state, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(state, "lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", state, err)
	}
	if !locked {
		return nil, fmt.Errorf("%w: %s", ErrRunning, state)
	}
	return lock, nil
}

func start(ctx context.Context, opts Options) (*Server, error) {
	port, err := pickPort(opts.State)
	if err != nil {
		return nil, err
	}
	e := &Server{URL: "http://127.0.0.1:" + port, opts: opts, exited: make(chan struct{})}
	if err := e.launch(port); err != nil {
		return nil, fmt.Errorf("start the local AWS: %w", err)
	}
	if err := e.waitReady(ctx); err != nil {
		_ = e.stdin.Close()
		e.killGroup()
		<-e.exited
		return nil, err
	}
	return e, os.WriteFile(portFile(opts.State), []byte(port), 0o644)
}

// launch starts the process as the leader of a group of its own: a Ctrl-C in the
// terminal reaches only the caller, who stops it in good order, and its functions'
// processes can be ended with it.
func (e *Server) launch(port string) error {
	// What earlier runs unpacked there is of no use to this one.
	if err := os.RemoveAll(filepath.Join(e.opts.State, "tmp")); err != nil {
		return err
	}
	env, err := processEnv(e.opts, port)
	if err != nil {
		return err
	}
	log, err := os.Create(logFile(e.opts.State))
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own handle
	e.cmd = exec.Command(pythonOf(e.opts.Root), "-u", filepath.Join(e.opts.Root, "scripts", "internal", "localaws", "launcher.py"))
	e.cmd.Dir, e.cmd.Env = e.opts.State, env
	e.cmd.Stdout, e.cmd.Stderr = log, log
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if e.stdin, err = e.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := e.cmd.Start(); err != nil {
		return err
	}
	go func() {
		e.err = e.cmd.Wait()
		close(e.exited)
	}()
	return nil
}

// waitReady polls until the emulator says that it is ready.
func (e *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		if e.ready(ctx) {
			return nil
		}
		select {
		case <-e.exited:
			return fmt.Errorf("the local AWS ended while starting (%v):\n%s", e.err, tail(e.LogFile()))
		case <-ctx.Done():
			return fmt.Errorf("the local AWS was not ready (%w); its log is %s", ctx.Err(), e.LogFile())
		case <-tick.C:
		}
	}
}

func (e *Server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL+"/_ministack/ready", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// pickPort prefers the port of the last run, so that an environment exported in
// another shell stays right after a restart.
func pickPort(state string) (string, error) {
	if last, err := os.ReadFile(portFile(state)); err == nil {
		if port, err := freePort(string(bytes.TrimSpace(last))); err == nil {
			return port, nil
		}
	}
	return freePort("0")
}

func freePort(port string) (string, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

func logFile(state string) string  { return filepath.Join(state, "emulator.log") }
func portFile(state string) string { return filepath.Join(state, "emulator.port") }

// tail is the end of a log file, for an error message.
func tail(file string) string {
	const lines = 15
	data, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
