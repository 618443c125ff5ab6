package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"users-api/scripts/internal/localaws"
)

// crashReader finds out why a function did not start. The emulator puts that into
// its own log alone: the function has no log stream yet.
type crashReader struct {
	file   string
	offset int64
	rest   []byte // of a line that is not whole yet
}

var crash = regexp.MustCompile(`execution error for ` + localaws.FunctionName("") + `(\w+): bootstrap exited during init[^:]*: (.*)$`)

// newCrashReader reads what the emulator writes from now on.
func newCrashReader(file string) (*crashReader, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	return &crashReader{file: file, offset: info.Size()}, nil
}

// read gives what functions said when they could not start, since the last time.
func (r *crashReader) read() ([]logLine, error) {
	more, err := r.more()
	if err != nil {
		return nil, fmt.Errorf("read the local AWS's log: %w", err)
	}
	var lines []logLine
	r.rest = append(r.rest, more...)
	for {
		line, rest, whole := bytes.Cut(r.rest, []byte("\n"))
		if !whole {
			return lines, nil
		}
		r.rest = rest
		if found := crash.FindSubmatch(line); found != nil {
			lines = append(lines, parseLog(string(found[1]), time.Now(), strings.TrimSpace(string(found[2]))))
		}
	}
}

func (r *crashReader) more() ([]byte, error) {
	f, err := os.Open(r.file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Seek(r.offset, io.SeekStart); err != nil {
		return nil, err
	}
	more, err := io.ReadAll(f)
	r.offset += int64(len(more))
	return more, err
}
