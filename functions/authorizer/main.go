// Command authorizer is the Lambda authorizer in front of every route: it turns
// the credential of a request into a principal and a policy. See package auth.
package main

import (
	"os"

	"users-api/pkg/api"
	"users-api/pkg/auth"
)

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	authenticator, authErr := auth.FromEnv(os.LookupEnv)
	api.ExitOn(edgeErr, authErr)
	handler := newHandler(authenticator)
	api.StartFunc(edge, handler, authenticator.Prime, rehearse(api.WrapFunc(edge, handler), authenticator))
}
