package dynamodblocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"users-api/scripts/internal/repository"
)

const (
	lockPoll     = 100 * time.Millisecond
	fetchTimeout = 10 * time.Minute
	reportEvery  = 25 // files between two lines of progress
)

// Install makes sure that the engine is in the repository's .cache folder and
// returns where. The first call fetches about 50 MB through Maven and tells
// progress how it goes; later ones cost a stat. Any number of processes may call
// it at once: one fetches, the others wait for it. The folder appears complete
// or not at all.
func Install(ctx context.Context, progress io.Writer) (dir string, err error) {
	root, err := repository.Root()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(root, ".cache", "dynamodb-local-"+Version)
	if isDir(dir) {
		return dir, nil
	}
	pom := filepath.Join(root, "scripts", "internal", "dynamodblocal", "pom.xml")
	if err := installInto(ctx, dir, pom, progress); err != nil {
		return "", fmt.Errorf("install DynamoDB Local: %w", err)
	}
	return dir, nil
}

func installInto(ctx context.Context, dir, pom string, progress io.Writer) error {
	mvn, err := findMaven(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if isDir(dir) { // by the one that we waited for
		return nil
	}
	return fetch(ctx, mvn, pom, dir, progress)
}

// fetch fills a folder beside dir and renames it, so that a broken download
// never passes for a whole one. The lock is held: what lies there is left over.
func fetch(ctx context.Context, mvn, pom, dir string, progress io.Writer) error {
	partial := dir + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	fmt.Fprintf(progress, "DynamoDB Local %s: fetching with Maven, once, about 50 MB\n", Version)
	if err := runMaven(ctx, mvn, pom, partial, progress); err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	if err := os.Rename(partial, dir); err != nil {
		return err
	}
	fmt.Fprintf(progress, "DynamoDB Local %s: installed\n", Version)
	return nil
}

func runMaven(ctx context.Context, mvn, pom, dir string, progress io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, mvn, "--batch-mode", "--file", pom, "dependency:copy-dependencies",
		"-DincludeScope=runtime", "-DoutputDirectory="+dir)
	cmd.WaitDelay = endTimeout
	report := &mavenReport{progress: progress}
	cmd.Stdout, cmd.Stderr = report, report
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("mvn: %w", context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("mvn: %w (is Maven's repository, or the mirror in ~/.m2/settings.xml, within reach?)\n%s",
			err, strings.Join(report.errors, "\n"))
	}
	return nil
}

// mavenReport makes a line of progress out of every few downloads, and keeps
// the lines that say what failed.
type mavenReport struct {
	progress io.Writer
	line     []byte
	files    int
	errors   []string
}

// Write takes Maven's output as it comes and never fails.
func (r *mavenReport) Write(p []byte) (int, error) {
	r.line = append(r.line, p...)
	for {
		line, rest, found := bytes.Cut(r.line, []byte("\n"))
		if !found {
			return len(p), nil
		}
		r.line = rest
		r.take(string(line))
	}
}

const errorLines = 10

func (r *mavenReport) take(line string) {
	switch {
	case strings.Contains(line, "Downloaded from"):
		if r.files++; r.files%reportEvery == 0 {
			fmt.Fprintf(r.progress, "DynamoDB Local %s: %d files fetched\n", Version, r.files)
		}
	case strings.HasPrefix(line, "[ERROR]") && len(r.errors) < errorLines:
		r.errors = append(r.errors, line)
	}
}

// lock takes a lock file that the system frees when its holder ends.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	l := flock.New(path)
	if _, err := l.TryLockContext(ctx, lockPoll); err != nil {
		return nil, fmt.Errorf("wait for the lock %s: %w", path, err)
	}
	return func() { l.Close() }, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
