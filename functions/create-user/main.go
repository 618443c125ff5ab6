// Command create-user is the Lambda function behind POST /users.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// rehearsal creates a user, and is served while the function starts.
const rehearsal = `{"resource":"/users","httpMethod":"POST","headers":{"Content-Type":"application/json"},
	"body":"{\"name\":\"Rehearsal\",\"email\":\"rehearsal@example.com\"}",
	"requestContext":{"authorizer":{"sub":"rehearsal","kind":"jwt","scope":"users:write"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), table.Connect, edge.Rehearse(handler(table.Rehearsal()), rehearsal))
}
