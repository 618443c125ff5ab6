package localaws

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrNotRunning says that no emulator runs on a state folder.
var ErrNotRunning = errors.New("the local AWS is not running: start it with `make dev`")

// stateEntries is everything that an emulator keeps in its state folder.
var stateEntries = []string{"state", "s3", "tmp", "emulator.log", "emulator.port", "secret.json", "env", "run.jsonl"}

// Running returns the URL of the emulator that another process runs on a state
// folder, or ErrNotRunning.
func Running(state string) (string, error) {
	if _, err := os.Stat(portFile(state)); err != nil {
		return "", ErrNotRunning
	}
	lock, err := lockState(state)
	if err == nil {
		return "", errors.Join(ErrNotRunning, lock.Unlock())
	}
	if !errors.Is(err, ErrRunning) {
		return "", err
	}
	port, err := os.ReadFile(portFile(state))
	if err != nil {
		return "", err
	}
	return "http://127.0.0.1:" + string(bytes.TrimSpace(port)), nil
}

// Reset removes everything that an emulator kept in a state folder, and nothing
// else there. It refuses while an emulator runs on it.
func Reset(state string) error {
	lock, err := lockState(state)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	for _, entry := range stateEntries {
		if err := os.RemoveAll(filepath.Join(state, entry)); err != nil {
			return fmt.Errorf("reset the local AWS: %w", err)
		}
	}
	return nil
}
