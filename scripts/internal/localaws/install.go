package localaws

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

// Install brings what the local AWS consists of into git-ignored folders: ministack
// into .cache/ministack, the framework into node_modules/. What is there already in
// the locked versions stays, and costs a millisecond. Several processes may install
// at once: one does it, the others wait for it.
//
// It says on out what it installs. An error carries the installer's own output and
// how to go on.
func Install(ctx context.Context, root string, out io.Writer) error {
	return installAll(ctx, root, out, ministack(root), framework(root))
}

// InstallFramework installs the framework alone: a deployment to Amazon needs no
// local AWS.
func InstallFramework(ctx context.Context, root string, out io.Writer) error {
	return installAll(ctx, root, out, framework(root))
}

func installAll(ctx context.Context, root string, out io.Writer, parts ...installation) error {
	if err := os.MkdirAll(filepath.Join(root, ".cache"), 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(root, ".cache", "install.lock"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("lock the installation: %w", err)
	}
	defer lock.Unlock()
	for _, part := range parts {
		if err := part.install(ctx, root, out); err != nil {
			return err
		}
	}
	return nil
}

// installation is one thing to install: done when stamp holds the hash of lock.
type installation struct {
	what        string
	lock, stamp string
	commands    [][]string
}

func ministack(root string) installation {
	lock := filepath.Join(root, "scripts", "internal", "localaws", "requirements.txt")
	return installation{
		what:  "the local AWS (ministack)",
		lock:  lock,
		stamp: filepath.Join(venv(root), ".installed"),
		commands: [][]string{
			{"python3", "-m", "venv", "--clear", venv(root)},
			{pythonOf(root), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock},
		},
	}
}

func framework(root string) installation {
	return installation{
		what:     "the Serverless Framework (npm ci)",
		lock:     filepath.Join(root, "package-lock.json"),
		stamp:    filepath.Join(root, "node_modules", ".installed"),
		commands: [][]string{{"npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"}},
	}
}

func (i installation) install(ctx context.Context, root string, out io.Writer) error {
	want, err := hashFile(i.lock)
	if err != nil {
		return err
	}
	if have, err := os.ReadFile(i.stamp); err == nil && string(have) == want {
		return nil
	}
	fmt.Fprintf(out, "installing %s …\n", i.what)
	for _, command := range i.commands {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir = root
		endWithParent(cmd)
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("install %s: %w\n%s\nCheck the network and the message above, then run the same command again: what is installed already is kept",
				i.what, err, strings.TrimSpace(string(output)))
		}
	}
	return os.WriteFile(i.stamp, []byte(want), 0o644)
}

// venv is where ministack lives; pythonOf the interpreter that sees it.
func venv(root string) string { return filepath.Join(root, ".cache", "ministack") }

func pythonOf(root string) string { return filepath.Join(venv(root), "bin", "python") }

// hashFile is the SHA-256 of a file, in hex.
func hashFile(name string) (string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
