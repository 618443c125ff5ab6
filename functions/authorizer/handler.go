package main

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"users-api/pkg/api"
	"users-api/pkg/auth"
)

// authenticator finds who a credential belongs to.
type authenticator interface {
	Authenticate(ctx context.Context, header string) (auth.Principal, error)
}

type handler = func(context.Context, events.APIGatewayCustomAuthorizerRequest) (auth.Decision, error)

// newHandler answers a TOKEN authorizer's event. A credential that is not good
// is an Unauthenticated error, whose message "Unauthorized" API Gateway turns
// into 401; any other error makes it answer 500. A good one is a policy, also
// where it allows nothing: then API Gateway answers 403.
func newHandler(a authenticator) handler {
	return func(ctx context.Context, event events.APIGatewayCustomAuthorizerRequest) (auth.Decision, error) {
		if event.Type != "TOKEN" {
			return auth.Decision{}, errors.New("the event's type is not TOKEN: set the authorizer up as a TOKEN authorizer")
		}
		p, err := a.Authenticate(ctx, event.AuthorizationToken)
		if err != nil {
			if reason := auth.ReasonOf(err); reason != "" { // without one it is a fault of ours
				countDenied(ctx, reason)
			}
			return auth.Decision{}, err
		}
		decision, err := auth.Decide(p, event.MethodArn)
		if err != nil {
			return auth.Decision{}, err
		}
		record(ctx, p)
		return decision, nil
	}
}

// record writes down who was let in, and whether it was of any use.
func record(ctx context.Context, p auth.Principal) {
	api.SetPrincipal(ctx, p.ID())
	api.Annotate(ctx, "scope", strings.Join(p.Scopes, " "))
	if len(p.Scopes) == 0 {
		countDenied(ctx, auth.NoScope)
		return
	}
	api.Count(ctx, "Allowed")
}

func countDenied(ctx context.Context, reason auth.Reason) {
	api.Count(ctx, "Denied", "reason", string(reason))
}
