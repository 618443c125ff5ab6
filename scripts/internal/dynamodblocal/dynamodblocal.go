// Package dynamodblocal runs DynamoDB Local, Amazon's own engine, for tests and benchmarks: no
// Docker, no AWS account, nothing installed outside the repository.
//
// A client must name a region and some credentials (letters and digits only); the engine keeps one
// set of tables for each pair of them. It has no option for the address that it listens on, and
// takes all of the machine's.
package dynamodblocal

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"users-api/scripts/internal/install"
	"users-api/scripts/internal/process"
	"users-api/scripts/internal/repository"
)

// needed says what the machine needs.
const needed = "DynamoDB Local needs Java 17 or newer and, to be installed, Maven: " +
	"apt-get install openjdk-17-jre-headless maven (macOS: brew install openjdk@17 maven)"

// Server is a running DynamoDB Local.
type Server struct {
	// Endpoint is its URL, for AWS_ENDPOINT_URL_DYNAMODB or a client's BaseEndpoint.
	Endpoint string
	process  *process.Process
}

// Start installs the engine if need be, runs a server with an empty memory on a free port, and
// returns when the server answers. The server ends with Close, and when this process ends, also by
// a kill. The context bounds the start, not the server's life.
func Start(ctx context.Context) (_ *Server, err error) {
	defer func() {
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("start DynamoDB Local: %w\n%s", err, needed)
		}
	}()
	root, err := repository.Root()
	if err != nil {
		return nil, err
	}
	if err := install.Install(ctx, root, os.Stderr, install.DynamoDBLocal); err != nil {
		return nil, err
	}
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(root, install.DynamoDBLocal.Dir)
	// The JVM's first compiler and its simple garbage collector halve the time of a start.
	cmd, err := process.Supervised("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
		"-Djava.library.path="+dir, "-cp", filepath.Join(dir, "*"),
		"software.amazon.dynamodb.services.local.main.ServerRunner",
		"-inMemory", "-disableTelemetry", "-port", port)
	if err != nil {
		return nil, err
	}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	url := "http://127.0.0.1:" + port
	p, err := process.Serve(ctx, cmd, url, http.StatusBadRequest) // to an unsigned request
	if err != nil {
		return nil, fmt.Errorf("%w; java wrote:\n%s", err, bytes.TrimSpace(output.Bytes()))
	}
	return &Server{url, p}, nil
}

// Close ends the server. What it held is lost. A second Close does nothing.
func (s *Server) Close() { s.process.Kill() }

// URLVariable names the environment variable with the URL of a server that serves all packages of a
// test run.
const URLVariable = "DYNAMODB_LOCAL_URL"

// RunTests runs the tests of a package on the server that URLVariable names, or else on one of their
// own, and returns the status to exit with. Tests whose server does not start have failed.
func RunTests(m interface{ Run() int }, use func(endpoint string)) int {
	url := os.Getenv(URLVariable)
	if url == "" {
		s, err := Start(context.Background())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer s.Close()
		url = s.Endpoint
	}
	use(url)
	return m.Run()
}
