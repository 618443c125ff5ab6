//go:build engines

// Package enginetest holds the tests of package store that need a database. They run on two
// engines: DynamoDB Local, which is Amazon's own, and the local AWS of `make dev`.
//
// The tests have the build constraint "engines", because the engines must be running: `make
// test-engines` starts them, sets DYNAMODB_LOCAL_URL and LOCAL_AWS_URL to their addresses, and
// stops them. So `go test ./...` needs nothing but Go.
package enginetest
