// Command authorizer is the Lambda authorizer in front of every route: it turns
// the credential of a request into a principal and a policy. See package auth.
package main

import (
	"errors"
	"os"

	"users-api/pkg/api"
	"users-api/pkg/auth"
)

func main() {
	edge, edgeErr := api.FromEnv(os.LookupEnv)
	authenticator, authErr := auth.FromEnv(os.LookupEnv)
	if err := errors.Join(edgeErr, authErr); err != nil {
		api.Exit(err)
	}
	api.StartFunc(edge, newHandler(authenticator), api.PrimeCall(authenticator.Prime), rehearse(authenticator))
}
