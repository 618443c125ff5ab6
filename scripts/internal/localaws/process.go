package localaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"users-api/scripts/internal/install"
)

// startTimeout and stopTimeout are far beyond the second that each takes.
const (
	startTimeout = 5 * time.Minute
	stopTimeout  = 5 * time.Minute
)

// launch starts the process as the leader of a group of its own: a Ctrl-C in the terminal reaches
// only the caller, which stops it cleanly, and its functions' processes can be killed with it.
func (s *Server) launch(port string) error {
	tmp := s.file("tmp") // earlier runs left unpacked code there
	if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o755)); err != nil {
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
	s.cmd = exec.Command(filepath.Join(s.opts.Root, install.LocalAWS.Dir, "bin/python"), "-u", filepath.Join(s.opts.Root, "scripts/internal/localaws/launcher.py"))
	s.cmd.Dir, s.cmd.Env = s.opts.State, processEnv(s.opts, port)
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.ExtraFiles = log, log, []*os.File{output}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.stdin, err = s.cmd.StdinPipe(); err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		return errors.Join(err, lines.Close())
	}
	go s.wait(lines)
	return nil
}

// wait passes on the lines that the functions write, until the process ends.
func (s *Server) wait(lines io.ReadCloser) {
	defer close(s.exited)
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
	_ = s.cmd.Wait() // its log says why it ended
}

// waitReady polls until the server says that it is ready.
func (s *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for !isReady(s.URL) {
		select {
		case <-s.exited:
			return fmt.Errorf("it ended; its log is %s", s.LogFile())
		case <-ctx.Done():
			return fmt.Errorf("it was not ready (%w); its log is %s", ctx.Err(), s.LogFile())
		case <-time.After(25 * time.Millisecond):
		}
	}
	return nil
}

func isReady(url string) bool {
	resp, err := http.Get(url + "/_ministack/ready")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// end lets the server end cleanly, and kills the remaining processes after the timeout.
func (s *Server) end(timeout time.Duration) {
	_ = s.stdin.Close() // the launcher ends when its standard input closes
	select {
	case <-s.exited:
	case <-time.After(timeout):
	}
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // usually nothing is left
	<-s.exited
}
