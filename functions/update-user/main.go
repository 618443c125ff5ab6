// Command update-user is the Lambda function behind PUT /users/{id}.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/store"
)

// rehearsal replaces a user, and is served while the function starts.
const rehearsal = `{"resource":"/users/{id}","httpMethod":"PUT",
	"headers":{"Content-Type":"application/json","If-Match":"\"1\""},
	"pathParameters":{"id":"019aab7e-1a80-7c00-8000-000000000001"},
	"body":"{\"name\":\"Rehearsal\",\"email\":\"rehearsal@example.com\"}",
	"requestContext":{"authorizer":{"sub":"rehearsal","kind":"jwt","scope":"users:write"}}}`

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	table, tableErr := store.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, tableErr)
	edge.Start(handler(table), table.Connect, edge.Rehearse(handler(table.Rehearsal()), rehearsal))
}
