// Command list-users is the Lambda function behind GET /users.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// rehearsal asks for the newest user, and is served while the function starts.
const rehearsal = `{"resource":"/users","httpMethod":"GET","queryStringParameters":{"limit":"1"},
	"requestContext":{"authorizer":{"sub":"rehearsal","kind":"jwt","scope":"users:read"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), table.ConnectShards, edge.Rehearse(handler(table.Rehearsal()), rehearsal))
}
