// Command list-users is the Lambda function behind GET /users.
package main

import (
	_ "embed"

	"users-api/pkg/api"
	"users-api/pkg/boot"
	"users-api/pkg/user/store"
)

//go:embed testdata/list.json
var event []byte

//go:embed testdata/table/item.json
var item string

func main() {
	boot.Serve(store.FromEnv, boot.Rehearsal{Event: event, Item: item}, func(users *store.Table) api.Guarded { return newHandler(users) })
}
