// Package e2e holds the end-to-end tests: they use the service as its users and its
// developers do, through `make`, HTTP, and the framework's own commands, and know
// nothing of its packages but what a log line must be.
//
// One `make dev` with IAM enforced serves all tests of a run. It works in a copy of
// the checkout, so that tests may edit sources and a developer's own `make dev` is
// not disturbed.
package e2e
