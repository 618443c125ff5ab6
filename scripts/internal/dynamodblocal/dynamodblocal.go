// Package dynamodblocal runs DynamoDB Local, Amazon's own engine, for tests and benchmarks: no
// Docker, no AWS account, nothing installed outside the repository.
//
// Start runs a server, in memory, on a free port. The server ends with Close, and when its parent
// ends, also by a kill. RunTests gives the tests of a package one server, on which each test
// makes a table of its own.
//
// A client must name a region and some credentials (letters and digits only); the engine keeps one
// set of tables for each pair of them. It has no option for the address that it listens on, and
// takes all of the machine's.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"users-api/scripts/internal/freeport"
	"users-api/scripts/internal/install"
	"users-api/scripts/internal/repository"
)

// startTimeout is far beyond the 1 to 4 s that a start takes.
const startTimeout = 5 * time.Minute

// needed says what the machine needs.
const needed = "DynamoDB Local needs Java 17 or newer and, to be installed, Maven: " +
	"apt-get install openjdk-17-jre-headless maven (macOS: brew install openjdk@17 maven)"

// Start installs the engine if need be, starts a server with an empty memory, and returns when the
// server answers. The context bounds the start, not the server's life.
func Start(ctx context.Context) (*Server, error) {
	dir, err := installed(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, needed)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	port, err := freeport.On("") // on all addresses, as the engine
	if err != nil {
		return nil, err
	}
	s, err := launch(dir, port)
	if err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w\n%s", err, needed)
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w\n%s", errors.Join(err, s.Close()), needed)
	}
	return s, nil
}

// installed installs the engine if need be and returns its folder.
func installed(ctx context.Context) (dir string, err error) {
	root, err := repository.Root()
	if err != nil {
		return "", err
	}
	tool := install.Tool{
		Name: "DynamoDB Local (about 50 MB, with Maven)",
		Pins: "scripts/internal/dynamodblocal/pom.xml",
		Dir:  ".cache/dynamodb-local",
	}
	dir = filepath.Join(root, tool.Dir)
	tool.Commands = [][]string{{"mvn", "--batch-mode", "--quiet", "--file", tool.Pins,
		"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + dir}}
	return dir, install.Install(ctx, root, os.Stderr, tool)
}

// URLVariable names the environment variable with the URL of a server that serves all packages of a
// test run.
const URLVariable = "DYNAMODB_LOCAL_URL"

// RunTests runs the tests of a package on the server that URLVariable names, or else
// on one of their own, and returns the status to exit with:
//
//	var endpoint string
//
//	func TestMain(m *testing.M) {
//		os.Exit(dynamodblocal.RunTests(m, func(url string) { endpoint = url }))
//	}
//
// Tests whose server does not start have failed.
func RunTests(m interface{ Run() int }, use func(endpoint string)) int {
	if url := os.Getenv(URLVariable); url != "" {
		use(url)
		return m.Run()
	}
	s, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Close()
	use(s.Endpoint())
	return m.Run()
}
