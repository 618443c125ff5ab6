package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/boot"
	"users-api/pkg/credential"
	"users-api/pkg/logline"
)

// authenticator finds the principal of a credential.
type authenticator interface {
	Authenticate(ctx context.Context, header string) (auth.Principal, error)
	KeyFaults() (faults []string, unavailable bool)
}

type handler = boot.Func[events.APIGatewayCustomAuthorizerRequest, credential.Decision]

// newHandler answers a TOKEN authorizer's event. A refused credential is an Unauthenticated error,
// whose message "Unauthorized" API Gateway turns into 401; any other error makes it answer 503. An
// accepted credential is answered with a policy, even with one that allows nothing: API Gateway
// then answers 403.
func newHandler(a authenticator) handler {
	return func(ctx context.Context, event events.APIGatewayCustomAuthorizerRequest) (credential.Decision, error) {
		if event.Type != "TOKEN" {
			return credential.Decision{}, errors.New("the event's type is not TOKEN: set the authorizer up as a TOKEN authorizer")
		}
		p, err := a.Authenticate(ctx, event.AuthorizationToken)
		logKeyFaults(ctx, a)
		if err != nil {
			if apperr.KindOf(err) == apperr.Unauthenticated { // any other error is our fault
				countDenied(ctx, auth.ReasonOf(err))
			}
			return credential.Decision{}, err
		}
		decision, err := credential.Decide(p, event.MethodArn)
		if err != nil {
			return credential.Decision{}, err
		}
		record(ctx, p)
		return decision, nil
	}
}

// logKeyFaults logs what was wrong with fetched keys, and counts that they could not be fetched, once
// for each fetch. The rehearsal, which has no line, leaves both to the first request.
func logKeyFaults(ctx context.Context, a authenticator) {
	if logline.IsSilent(ctx) {
		return
	}
	faults, unavailable := a.KeyFaults()
	logline.Annotate(ctx, "keyFaults", strings.Join(faults, "; ")) // left out if empty
	if unavailable {
		logline.Count(ctx, "KeysUnavailable")
	}
}

// record logs the principal, and counts whether its policy allows anything.
func record(ctx context.Context, p auth.Principal) {
	logline.SetPrincipal(ctx, p.ID())
	logline.Annotate(ctx, "scope", strings.Join(p.Scopes, " "))
	if len(p.Scopes) == 0 {
		countDenied(ctx, auth.ErrNoScope)
		return
	}
	logline.Count(ctx, "Allowed")
}

func countDenied(ctx context.Context, reason auth.Reason) {
	logline.Count(ctx, "Denied", slog.String("reason", string(reason)))
}

// rehearse returns the event that the function serves while it starts: a TOKEN authorizer's, with a
// credential that grants nothing.
func rehearse(ctx context.Context, a *credential.Authenticator) ([]byte, error) {
	header, err := a.Rehearsal(ctx)
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
