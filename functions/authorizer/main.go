// Command authorizer is the Lambda authorizer in front of every route: it turns the credential of a
// request into a principal and a policy, see package credential.
package main

import (
	_ "embed"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"

	"users-api/pkg/boot"
	"users-api/pkg/credential"
)

//go:embed testdata/bearer.json
var rehearsal []byte

func main() {
	boot.ServeFunc(credential.FromEnv, rehearse, func(a *credential.Authenticator) handler { return newHandler(a) })
}

// rehearse returns the event that the function serves while it starts: a TOKEN authorizer's, with a
// credential that grants nothing.
func rehearse(a *credential.Authenticator) ([]byte, error) {
	header, err := a.Rehearsal()
	if err != nil {
		return nil, err
	}
	var event events.APIGatewayCustomAuthorizerRequest
	if err := json.Unmarshal(rehearsal, &event); err != nil {
		return nil, err
	}
	event.AuthorizationToken = header
	return json.Marshal(event)
}
