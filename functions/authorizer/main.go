// Command authorizer is the Lambda authorizer in front of every route: it turns the credential of a
// request into a principal and a policy, see package credential.
package main

import (
	_ "embed"

	"users-api/pkg/boot"
	"users-api/pkg/credential"
)

//go:embed testdata/bearer.json
var rehearsal []byte

func main() {
	boot.ServeFunc(credential.FromEnv, rehearse, func(a *credential.Authenticator) handler { return newHandler(a) })
}
