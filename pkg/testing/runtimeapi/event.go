package runtimeapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	embedded = regexp.MustCompile(`(?m)^//go:embed (testdata/[\w-]+\.json)$`)
	pathID   = regexp.MustCompile(`"pathParameters":\{"id":"([^"]+)"`)
	address  = regexp.MustCompile(`[\w.]+@[\w.]+`)
)

// Event is an API Gateway event in JSON without white space.
type Event string

// ReadEvent reads the event of the function in a folder: the one that its main.go embeds.
func ReadEvent(folder string) (Event, error) {
	source, err := os.ReadFile(filepath.Join(folder, "main.go"))
	if err != nil {
		return "", err
	}
	file := embedded.FindSubmatch(source)
	if file == nil {
		return "", fmt.Errorf("%s has no event to send: add one to its testdata, and embed it in main.go", folder)
	}
	text, err := os.ReadFile(filepath.Join(folder, string(file[1])))
	if err != nil {
		return "", err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return "", fmt.Errorf("read the event to send to %s: %w", folder, err)
	}
	return Event(compact.String()), nil
}

// PathID returns the id in the event's path, or "".
func (e Event) PathID() string {
	if id := pathID.FindStringSubmatch(string(e)); id != nil {
		return id[1]
	}
	return ""
}

// About returns the event with another id, if it has one in its path, and with another
// address of a user.
func (e Event) About(id, email string) Event {
	if old := e.PathID(); old != "" {
		e = Event(strings.ReplaceAll(string(e), old, id))
	}
	return Event(address.ReplaceAllString(string(e), email))
}
