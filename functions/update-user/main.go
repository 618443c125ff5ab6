// Command update-user is the Lambda function behind PUT /users/{id}.
package main

import (
	_ "embed"

	"users-api/pkg/api"
	"users-api/pkg/boot"
	"users-api/pkg/store"
)

//go:embed testdata/update.json
var rehearsal []byte

func main() {
	boot.Serve(store.FromEnv, rehearsal, func(users *store.Table) api.Guarded { return newHandler(users) })
}
