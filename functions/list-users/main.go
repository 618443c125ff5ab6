// Command list-users is the Lambda function behind GET /users.
package main

import (
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
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), api.PrimeRequest(primeEvent))
}
