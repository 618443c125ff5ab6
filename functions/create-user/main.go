// Command create-user is the Lambda function behind POST /users.
package main

import (
	_ "embed"

	"users-api/pkg/api"
	"users-api/pkg/boot"
	"users-api/pkg/user/store"
)

//go:embed testdata/create.json
var event []byte

func main() {
	boot.Serve(store.FromEnv, boot.Rehearsal{Event: event}, func(users *store.Table) api.Guarded { return newHandler(users) })
}
