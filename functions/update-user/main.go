// Command update-user is the Lambda function behind PUT /users/{id}.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// primeEvent replaces a user that cannot be.
const primeEvent = `{"resource":"/users/{id}","httpMethod":"PUT","headers":{"If-Match":"\"1\""},"body":"{\"name\":\"Prime\",\"email\":\"prime@example.com\"}",
	"pathParameters":{"id":"00000000-0000-0000-0000-000000000000"},
	"requestContext":{"authorizer":{"sub":"prime","kind":"jwt","scope":"users:write"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), api.PrimeRequest(primeEvent))
}
