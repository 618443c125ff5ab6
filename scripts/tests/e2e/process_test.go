package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/worktree"
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
	*worktree.Process
	out transcript
	url string
}

// runs are all that were started, for what is checked of the whole run.
var runs []*process

// startDev runs `make dev` in the copy, with IAM enforced, on a free port, with the
// race detector, and returns when it is ready.
func startDev(variables ...string) (*process, error) {
	env := append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -race")
	started, err := work.Start(env, "make", append([]string{"dev", "PORT=0", "AUTH=1", "JSON=1"}, variables...)...)
	if err != nil {
		return nil, err
	}
	p := &process{Process: started, out: transcript{started.Out}}
	runs = append(runs, p)
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
		case <-p.Exited():
			return fmt.Errorf("make dev ended (%v) and said:\n%s", p.Err(), p.out)
		case <-time.After(pause):
		}
	}
	return errors.Join(fmt.Errorf("make dev was not ready within %v and said:\n%s", readyTimeout, p.out), p.Interrupt())
}

// transcript is what a process writes.
type transcript struct{ *worktree.Transcript }

// happening is a line of `make dev JSON=1`.
type happening struct {
	Event, Text, URL, Function string
	// Of a request.
	Method, Path, RequestID, Start string
	Status                         int
	Logs                           []logged
	Log                            logged // of no request
}

func (t transcript) events() []happening {
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

// leftovers are the processes that name the copy in their command lines.
func leftovers(t require.TestingT) []string {
	found, err := work.Processes()
	require.NoError(t, err)
	return found
}

// command runs a command in the copy and returns what it wrote to standard output,
// and to both.
func command(t *testing.T, name string, args ...string) (stdout, all string, err error) {
	t.Helper()
	return work.Run(t.Context(), nil, name, args...)
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
	require.NoError(t, work.Write(name, content))
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
