// Command get-user is the Lambda function behind GET /users/{id}.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// rehearsal asks for a user, and is served while the function starts.
const rehearsal = `{"resource":"/users/{id}","httpMethod":"GET",
	"pathParameters":{"id":"019aab7e-1a80-7c00-8000-000000000001"},
	"requestContext":{"authorizer":{"sub":"rehearsal","kind":"jwt","scope":"users:read"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), table.Connect, edge.Rehearse(handler(table.Rehearsal()), rehearsal))
}
