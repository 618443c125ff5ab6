package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"users-api/pkg/apperr"
)

// StartFunc is Start for a function that answers no API request, such as an
// authorizer: typed event in, typed answer out, with the same log line, panic
// and deadline handling around it.
func StartFunc[In, Out any](e *Edge, h func(context.Context, In) (Out, error), primes ...Prime) {
	e.start(WrapFunc(e, h), primes)
}

// WrapFunc makes a typed handler an entry point for Lambda. Its error's text is
// what API Gateway reads, so it is the client's message of the handler's error,
// never its cause: an apperr.Error's Message, or "Internal server error".
func WrapFunc[In, Out any](e *Edge, h func(context.Context, In) (Out, error)) lambda.Handler {
	return invokerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		line := e.newLine(ctx)
		out, err := invokeFunc(withLine(ctx, line), e.crew, h, payload)
		line.end(0, err)
		if err != nil {
			return nil, errors.New(apperr.From(err).Message)
		}
		return out, nil
	})
}

func invokeFunc[In, Out any](ctx context.Context, c crew, h func(context.Context, In) (Out, error), payload []byte) ([]byte, error) {
	var in In
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	out, err := run(ctx, c, func(ctx context.Context) (Out, error) { return h(ctx, in) })
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}
