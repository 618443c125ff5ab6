package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// readyTimeout is for a first deployment on a machine that compiles everything.
	readyTimeout = 5 * time.Minute
	// patience is how long tests wait for what takes a second on an idle machine.
	patience = 60 * time.Second
	pause    = 20 * time.Millisecond
)

// process is a running `make dev`.
type process struct {
	cmd    *exec.Cmd
	out    *transcript
	url    string
	exited chan struct{}
	err    error // its result; read it after exited is closed
}

// runs are all that were started, for what is checked of the whole run.
var runs []*process

// startDev runs `make dev` in the copy, with IAM enforced, on a free port, with the
// race detector, and returns when it is ready.
func startDev(variables ...string) (*process, error) {
	p := &process{out: newTranscript(), exited: make(chan struct{})}
	args := append([]string{"dev", "PORT=0", "AUTH=1", "JSON=1"}, variables...)
	p.cmd = exec.Command("make", args...)
	p.cmd.Dir = checkout
	p.cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -race")
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	runs = append(runs, p)
	// A group of its own, as in a terminal, so that Ctrl-C reaches make and what
	// it runs.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, p.awaitReady()
}

func (p *process) awaitReady() error {
	deadline := time.Now().Add(readyTimeout)
	for time.Now().Before(deadline) {
		for _, e := range p.out.events() {
			if e.Event == "ready" {
				p.url = e.URL
				return nil
			}
		}
		select {
		case <-p.exited:
			return fmt.Errorf("make dev ended (%v) and said:\n%s", p.err, p.out)
		case <-time.After(pause):
		}
	}
	return errors.Join(fmt.Errorf("make dev was not ready within %v and said:\n%s", readyTimeout, p.out), p.interrupt())
}

// interrupt is Ctrl-C. It returns when the process has ended.
func (p *process) interrupt() error {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT) // it may have ended
	select {
	case <-p.exited:
		return nil
	case <-time.After(patience):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.exited
		return fmt.Errorf("make dev did not end within %v of Ctrl-C and said:\n%s", patience, p.out)
	}
}

// transcript keeps what a process writes.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func newTranscript() *transcript { return new(transcript) }

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// happening is a line of `make dev JSON=1`.
type happening struct {
	Event, Text, URL, Function string
	// Of a request.
	Method, Path, RequestID, Start string
	Status                         int
	Logs                           []logged
	Log                            logged // of no request
}

func (t *transcript) events() []happening {
	var events []happening
	for line := range strings.Lines(t.String()) {
		var e happening
		if strings.HasSuffix(line, "\n") && json.Unmarshal([]byte(line), &e) == nil {
			events = append(events, e)
		}
	}
	return events
}

// eventually waits for a condition.
func eventually(t *testing.T, condition func() bool, message string) {
	t.Helper()
	require.Eventually(t, condition, patience, pause, message+"; make dev said:\n%s", dev.out)
}

// leftovers are the processes that name the copy in their command lines: the
// emulator, the functions, and the framework would all do.
func leftovers(t require.TestingT) []string {
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	require.NoError(t, err)
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, checkout) {
			found = append(found, line)
		}
	}
	return found
}

// command runs a command in the copy and returns what it wrote to standard output,
// and to both.
func command(t *testing.T, name string, args ...string) (stdout, all string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = checkout
	var out, both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &tee{&out, &both}, &tee{&both}
	err = cmd.Run()
	return out.String(), both.String(), err
}

// tee writes to several buffers, from one goroutine at a time.
type tee []*bytes.Buffer

var teeing sync.Mutex

func (b *tee) Write(p []byte) (int, error) {
	teeing.Lock()
	defer teeing.Unlock()
	for _, buffer := range *b {
		buffer.Write(p)
	}
	return len(p), nil
}

// shell runs a command line as another shell would, with the printed environment.
func shell(t *testing.T, line string) string {
	t.Helper()
	_, all, err := command(t, "sh", "-c", ". .local/env && "+line)
	require.NoError(t, err, all)
	return all
}

// edit writes a file of the copy.
func edit(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join(checkout, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
}

// said waits until `make dev` has said something of a kind after mark.
func said(t *testing.T, mark int, kind, text string) {
	t.Helper()
	eventually(t, func() bool {
		for _, e := range dev.out.events()[mark:] {
			if e.Event == kind && strings.Contains(e.Text, text) {
				return true
			}
		}
		return false
	}, fmt.Sprintf("%s %q", kind, text))
}

func TestLeftoversSeeWhatRuns(t *testing.T) {
	assert.NotEmpty(t, leftovers(t), "the emulator runs, so a test that finds nothing left has looked well")
}
