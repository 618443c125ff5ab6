package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// counterSource is put into a function's main package for the run that counts
// allocations: on a signal it prints how many there have been. It is in no
// binary whose time is taken.
const counterSource = `package main

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func init() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		for range asked {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			println("bench-mallocs", m.Mallocs)
		}
	}()
}
`

// counterFile is the name under which the overlay has it.
const counterFile = "bench_counter.go"

// builder builds the functions for the bench, from the sources as they are but
// for what the overlay replaces.
type builder struct {
	root    string // of the repository
	work    string // for files of its own
	replace map[string]string
}

// newBuilder prepares the overlay in which the bench's root certificate stands in
// for Amazon Root CA 1, wherever a package embeds that.
func newBuilder(root, work string, rootCert []byte) (*builder, error) {
	b := &builder{root: root, work: work, replace: map[string]string{}}
	err := filepath.WalkDir(filepath.Join(root, "pkg"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".pem" || d.IsDir() {
			return err
		}
		return b.replaceRoots(path, rootCert)
	})
	if err == nil && len(b.replace) == 0 {
		err = fmt.Errorf("no .pem file with %s below pkg: the functions would be measured without the trust in it that they are deployed with", stoodFor)
	}
	return b, err
}

func (b *builder) replaceRoots(path string, rootCert []byte) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	replaced, err := standIn(text, rootCert)
	if errors.Is(err, errNoStandIn) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	copied := filepath.Join(b.work, fmt.Sprintf("roots-%d.pem", len(b.replace)))
	b.replace[path] = copied
	return os.WriteFile(copied, replaced, 0o644)
}

// build builds the package in a folder of the repository to a file.
func (b *builder) build(ctx context.Context, source, out string) error {
	return b.run(ctx, source, out, b.replace)
}

// buildCounting is build with the counter of allocations in it.
func (b *builder) buildCounting(ctx context.Context, source, out string) error {
	counter := filepath.Join(b.work, "counter.go.txt")
	if err := os.WriteFile(counter, []byte(counterSource), 0o644); err != nil {
		return err
	}
	replace := map[string]string{filepath.Join(b.root, source, counterFile): counter}
	for from, to := range b.replace {
		replace[from] = to
	}
	return b.run(ctx, source, out, replace)
}

func (b *builder) run(ctx context.Context, source, out string, replace map[string]string) error {
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	overlay := filepath.Join(b.work, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o644); err != nil {
		return err
	}
	module, pkg := b.root, source
	if tool, ok := strings.CutPrefix(source, "scripts/"); ok { // a module of its own
		module, pkg = filepath.Join(b.root, "scripts"), tool
	}
	script := filepath.Join(b.root, "functions", "build.sh")
	cmd := exec.CommandContext(ctx, "sh", script, "-overlay", overlay, "-o", out, "./"+pkg)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOOS=linux")
	if printed, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", source, err, strings.TrimSpace(string(printed)))
	}
	return nil
}

// zipSize is the size of the zip that a deployment makes of a binary.
func zipSize(binary string) (int64, error) {
	f, err := os.Open(binary)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(w, f); err != nil {
		return 0, err
	}
	err = z.Close()
	return int64(buf.Len()), err
}
