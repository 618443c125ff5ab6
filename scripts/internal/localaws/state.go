package localaws

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrRunning reports that another process runs a server on a state folder, ErrNotRunning that none
// does.
var (
	ErrRunning    = errors.New("`make dev` is running in this checkout: end it first, with Ctrl-C in its terminal")
	ErrNotRunning = errors.New("the local AWS is not running: start it with `make dev`")
)

// Running returns the AWS that another process runs on a state folder, or ErrNotRunning.
func Running(state string) (AWS, error) {
	port, err := os.ReadFile(portFile(state))
	if err != nil {
		return AWS{}, ErrNotRunning
	}
	lock, err := lockState(state)
	if err == nil {
		return AWS{}, errors.Join(ErrNotRunning, lock.Unlock())
	}
	if !errors.Is(err, ErrRunning) {
		return AWS{}, err
	}
	return AWS{"http://127.0.0.1:" + string(port)}, nil
}

// API returns the URL at which the `make dev` of a state folder serves the API, or ErrNotRunning.
func API(state string) (string, error) {
	if _, err := Running(state); err != nil {
		return "", err
	}
	url, err := os.ReadFile(apiFile(state))
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("`make dev` is starting: wait until it is ready")
	}
	return string(url), err
}

// Reset removes a state folder. It is ErrRunning while a server runs on it.
func Reset(state string) error {
	lock, err := lockState(state)
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(state), lock.Unlock())
}

func lockState(state string) (*flock.Flock, error) {
	if err := os.MkdirAll(state, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(state, "lock"))
	locked, err := lock.TryLock()
	if err == nil && !locked {
		err = ErrRunning
	}
	return lock, err
}

func portFile(state string) string { return filepath.Join(state, "emulator.port") }
func apiFile(state string) string  { return filepath.Join(state, "api.url") }
