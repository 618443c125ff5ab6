// Command list-users is the Lambda function behind GET /users.
package main

import (
	"errors"
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// primeEvent asks for the newest user.
const primeEvent = `{"resource":"/users","httpMethod":"GET","queryStringParameters":{"limit":"1"},
	"requestContext":{"authorizer":{"sub":"prime","kind":"jwt","scope":"users:read"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	if err := errors.Join(edgeErr, tableErr); err != nil {
		api.Exit(err)
	}
	edge.Start(handler(table), api.PrimeRequest(primeEvent))
}
