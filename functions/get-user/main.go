// Command get-user is the Lambda function behind GET /users/{id}.
package main

import (
	_ "embed"

	"users-api/pkg/api"
	"users-api/pkg/boot"
	"users-api/pkg/store"
)

//go:embed testdata/get.json
var rehearsal []byte

func main() {
	boot.Serve(store.FromEnv, rehearsal, func(users *store.Table) api.Guarded { return newHandler(users) })
}
