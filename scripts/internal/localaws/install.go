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

// Install installs what the local AWS consists of into git-ignored folders: ministack
// into .cache/ministack, the framework into node_modules/. What is there in the locked
// versions stays. Several processes may install at once: one does, the others wait.
//
// It reports to out what it installs. An error carries the installer's own output and
// how to go on.
func Install(ctx context.Context, root string, out io.Writer) error {
	venv := filepath.Join(root, ".cache", "ministack")
	lock := filepath.Join(root, "scripts/internal/localaws/requirements.txt")
	err := install(ctx, root, out, "the local AWS (ministack)", lock, venv, [][]string{
		{"python3", "-m", "venv", "--clear", venv},
		{pythonOf(root), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock},
	})
	if err != nil {
		return err
	}
	return InstallFramework(ctx, root, out)
}

// InstallFramework installs the framework alone, which is all that a deployment to
// Amazon needs.
func InstallFramework(ctx context.Context, root string, out io.Writer) error {
	return install(ctx, root, out, "the Serverless Framework (npm ci)", filepath.Join(root, "package-lock.json"), filepath.Join(root, "node_modules"),
		[][]string{{"npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"}})
}

// pythonOf is the interpreter that sees ministack.
func pythonOf(root string) string { return filepath.Join(root, ".cache", "ministack", "bin", "python") }

// install runs the commands that fill a folder, unless the folder was filled from the
// same lock file: it then has the file's digest.
func install(ctx context.Context, root string, out io.Writer, what, lockFile, folder string, commands [][]string) error {
	data, err := os.ReadFile(lockFile)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	digest, stamp := hex.EncodeToString(sum[:]), filepath.Join(folder, ".installed")
	if err := os.MkdirAll(filepath.Join(root, ".cache"), 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(root, ".cache", "install.lock"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("lock the installation: %w", err)
	}
	defer lock.Unlock()
	if have, err := os.ReadFile(stamp); err == nil && string(have) == digest {
		return nil
	}
	fmt.Fprintf(out, "installing %s …\n", what)
	for _, command := range commands {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir = root
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("install %s: %w\n%s\nCheck the network and the message above, then run the same command again: what is installed already is kept",
				what, err, strings.TrimSpace(string(output)))
		}
	}
	return os.WriteFile(stamp, []byte(digest), 0o644)
}
