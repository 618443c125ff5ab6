package dynamodblocal

import (
	"context"
	"fmt"
	"os"
)

// URLVariable names the environment variable with the URL of a server that serves all
// packages of a test run.
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
