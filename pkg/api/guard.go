// Package api has what a handler needs of API Gateway: requests and their decoding, conditions,
// answers, and the guard, which checks the caller's scope.
//
// A request goes one way:
//
//	event -> ParseRequest -> Guarded.Serve -> handler -> Decode -> ... -> JSON -> Encode
//
// Package boot calls it in that order and turns a handler's error into an answer and a log line.
package api

import (
	"context"
	"time"

	"users-api/pkg/auth"
	"users-api/pkg/logline"
)

// Handler answers one request. It returns an error and never maps or logs it: that is done once,
// for all handlers. The context ends shortly before the invocation does, so that there is time to
// answer.
type Handler func(context.Context, *Request) (Response, error)

// Guarded is a handler behind the check of its scope. Only Guard makes one, and only a Guarded
// handler can be served, so no handler is deployed without a scope.
type Guarded struct {
	scope      auth.Scope
	handler    Handler
	parameters []string
}

// Guard puts a handler behind the check of a scope. The parameters are those that its query may
// have.
func Guard(scope auth.Scope, h Handler, parameters ...string) Guarded {
	return Guarded{scope, h, parameters}
}

// Scope returns the scope that a caller needs.
func (g Guarded) Scope() auth.Scope { return g.scope }

// Serve reads the request's principal, writes it to the log line, and runs the handler if the
// principal holds the scope and the query has no unknown parameter. Its own errors are
// Unauthenticated, Forbidden and Invalid.
func (g Guarded) Serve(ctx context.Context, req *Request) (Response, error) {
	principal, err := auth.Require(req.RequestContext.Authorizer, g.scope, time.Now())
	if err != nil {
		return Response{}, err
	}
	logline.SetPrincipal(ctx, principal.ID())
	req.Principal = principal
	if err := req.refuseUnknownQuery(g.parameters); err != nil {
		return Response{}, err
	}
	return g.handler(ctx, req)
}

// Annotate adds a member to the invocation's log line, and AnnotateDebug one that is written at
// debug only; see package logline.
func Annotate(ctx context.Context, key string, value any) { logline.Annotate(ctx, key, value) }
func AnnotateDebug(ctx context.Context, key string, value any) {
	logline.AnnotateDebug(ctx, key, value)
}
