// Package install installs tools into git-ignored folders of the repository, each
// once for the versions that it is pinned to.
package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Tool is something to install. Its paths are relative to the repository's root.
type Tool struct {
	Name     string     // for messages
	Pins     string     // the file that pins its versions
	Dir      string     // the folder that it is installed into
	Commands [][]string // what fills the folder, run in the repository's root
}

// Install installs a tool unless its folder has what is pinned, and reports to out that it does.
// Any number of processes may call it at once: one installs, the others wait.
func Install(ctx context.Context, root string, tool Tool, out io.Writer) error {
	unlock, err := lock(root)
	if err != nil {
		return err
	}
	defer unlock()
	pins, err := os.ReadFile(filepath.Join(root, tool.Pins))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(pins)
	want, stamp := hex.EncodeToString(sum[:]), filepath.Join(root, tool.Dir, ".installed")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		return nil
	}
	fmt.Fprintf(out, "installing %s …\n", tool.Name)
	if err := tool.fill(ctx, root); err != nil {
		return fmt.Errorf("install %s: %w", tool.Name, err)
	}
	return os.WriteFile(stamp, []byte(want), 0o644)
}

func lock(root string) (unlock func() error, err error) {
	cache := filepath.Join(root, ".cache")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(cache, "install.lock"))
	if err := l.Lock(); err != nil {
		return nil, fmt.Errorf("lock the installation: %w", err)
	}
	return l.Unlock, nil
}

// fill runs the commands on an empty folder: nothing is left of an earlier version or
// of an installation that failed.
func (t Tool) fill(ctx context.Context, root string) error {
	if err := os.RemoveAll(filepath.Join(root, t.Dir)); err != nil {
		return err
	}
	for _, command := range t.Commands {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir = root
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s\nCheck the network and the message above, then run the same command again", command[0], err, strings.TrimSpace(string(output)))
		}
	}
	return nil
}
