package boot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/logline"
)

// Edge is what all requests of a function share.
type Edge struct {
	config  Config
	log     *logline.Logger
	encoder api.Encoder
	now     func() time.Time
	workers workers
}

// New returns an edge that writes its log lines to log and takes the time from now.
func New(c Config, log io.Writer, now func() time.Time) *Edge {
	return &Edge{c, logline.New(c.Config, log, now), api.Encoder{Origins: c.Origins}, now, make(workers)}
}

// Wrap makes a handler an entry point for Lambda: from the bytes of an API Gateway proxy event to
// those of its response. Its error is always nil, because a failure is a response too.
func (e *Edge) Wrap(g api.Guarded) lambda.Handler { return e.wrap(g.Serve) }

func (e *Edge) wrap(h api.Handler) lambda.Handler {
	return invokerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		return e.serve(ctx, e.log.Start(ctx), h, payload), nil
	})
}

func (e *Edge) serve(ctx context.Context, line *logline.Line, h api.Handler, payload []byte) []byte {
	req, err := api.ParseRequest(payload)
	line.SetRequest(logline.Request{
		ID: req.RequestContext.RequestID, CorrelationID: req.CorrelationID(),
		Method: req.Method, Route: strings.TrimSpace(req.Method + " " + req.Resource),
	})
	var res api.Response
	if err == nil {
		res, err = run(logline.NewContext(ctx, line), e.workers, func(ctx context.Context) (api.Response, error) { return h(ctx, req) })
	}
	if err != nil {
		res = api.Error(err, req.RequestContext.RequestID)
	}
	out, encodeErr := e.encoder.Encode(res, req) // plain strings, which cannot fail
	if line.Debug() {
		e.addSizes(logline.NewContext(ctx, line), payload, req, res)
	}
	line.End(logline.Outcome{Status: res.Status, Fault: res.Status >= 500, Err: cmp.Or(err, encodeErr)})
	return out
}

func (e *Edge) addSizes(ctx context.Context, event []byte, req *api.Request, res api.Response) {
	logline.AnnotateDebug(ctx, "eventBytes", len(event))
	logline.AnnotateDebug(ctx, "requestBytes", len(req.Body))
	logline.AnnotateDebug(ctx, "responseBytes", len(res.Body))
	if deadline, ok := ctx.Deadline(); ok {
		logline.AnnotateDebug(ctx, "remainingMs", deadline.Sub(e.now()).Milliseconds())
	}
}

// Func is a typed handler of a function that answers no API request, such as an authorizer.
type Func[In, Out any] func(context.Context, In) (Out, error)

// WrapFunc makes a typed handler an entry point for Lambda, with the same log line and the same
// handling of panics and deadlines as a route. API Gateway reads the text of its error, which is
// the message for the client and never the cause: an apperr.Error's Message, or "Internal server
// error".
func WrapFunc[In, Out any](e *Edge, h Func[In, Out]) lambda.Handler {
	return invokerFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		line := e.log.Start(ctx)
		out, err := invokeFunc(logline.NewContext(ctx, line), e.workers, h, payload)
		line.End(logline.Outcome{Fault: isFault(err), Err: err})
		if err != nil {
			return nil, errors.New(apperr.From(err).Message)
		}
		return out, nil
	})
}

func invokeFunc[In, Out any](ctx context.Context, w workers, h Func[In, Out], payload []byte) ([]byte, error) {
	var in In
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	out, err := run(ctx, w, func(ctx context.Context) (Out, error) { return h(ctx, in) })
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// isFault reports whether an error is not the caller's.
func isFault(err error) bool { return err != nil && api.StatusOf(err) >= 500 }

type invokerFunc func(context.Context, []byte) ([]byte, error)

func (f invokerFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return f(ctx, payload)
}
