// Command list-users is the Lambda function behind GET /users.
package main

import (
	_ "embed"

	"users-api/pkg/api"
	"users-api/pkg/boot"
	"users-api/pkg/store"
)

//go:embed testdata/list.json
var rehearsal []byte

func main() {
	boot.Serve(store.ListFromEnv, rehearsal, func(users *store.Table) api.Guarded { return newHandler(users) })
}
