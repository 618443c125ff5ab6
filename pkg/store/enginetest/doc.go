// Package enginetest holds the tests of package store that need a database. They
// run on two engines: DynamoDB Local, Amazon's own, and the local AWS that the
// service is developed on.
//
// The tests have the build constraint "engines", because the engines have to be
// running: `make test-engines` starts them, gives their addresses to the tests
// in DYNAMODB_LOCAL_URL and LOCAL_AWS_URL, and ends them. So `go test ./...`
// needs nothing but Go.
package enginetest
