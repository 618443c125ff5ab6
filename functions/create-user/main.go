// Command create-user is the Lambda function behind POST /users.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// primeEvent is a request that ends at validation.
const primeEvent = `{"resource":"/users","httpMethod":"POST","body":"{\"name\":\"P\",\"email\":\"prime@example.com\"}",
	"requestContext":{"authorizer":{"sub":"prime","kind":"jwt","scope":"users:write"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), api.PrimeRequest(primeEvent), api.PrimeCall(table.PrimePut))
}
