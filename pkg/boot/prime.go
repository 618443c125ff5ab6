package boot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"users-api/pkg/logline"
)

// Prime is work that a function does once while Lambda initializes it, at full CPU speed, so that
// the first request finds it done: connect, shake hands, run the code. It writes nothing, and may
// run at the same time as others. An error is logged and never fatal.
type Prime func(context.Context) error

// primeTimeout bounds all priming together; Lambda allows 10 s for initialization.
const primeTimeout = 2 * time.Second

// rehearse returns a Prime that serves an event with a function that writes nothing. An answer
// other than success is an error.
func rehearse(function lambda.Handler, event []byte) Prime {
	return func(ctx context.Context) error {
		out, err := function.Invoke(ctx, event)
		if err != nil {
			return err
		}
		var res struct{ StatusCode int }
		if err := json.Unmarshal(out, &res); err != nil {
			return err
		}
		if res.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("rehearsal answered %d", res.StatusCode)
		}
		return nil
	}
}

// rehearseFunc is rehearse for a typed handler, which may refuse.
func rehearseFunc[In, Out any](e *Edge, h Func[In, Out], event func(context.Context) ([]byte, error)) Prime {
	return func(ctx context.Context) error {
		payload, err := event(ctx)
		if err == nil {
			_, err = invokeFunc(ctx, e.workers, h, payload)
		}
		if isFault(err) {
			return err
		}
		return nil
	}
}

// prime runs the primes, whose invocations write no line and no metric. The first line has their outcome.
func (e *Edge) prime(timeout time.Duration, primes []Prime) {
	if !e.config.Priming || len(primes) == 0 {
		return
	}
	start := e.now()
	ctx, cancel := context.WithTimeout(logline.Silence(context.Background()), timeout)
	defer cancel()
	ended := make(chan error, len(primes))
	for _, p := range primes {
		p.begin(ctx, ended)
	}
	var all error
	for range primes {
		all = errors.Join(all, <-ended)
	}
	e.log.SetPriming(e.now().Sub(start), all)
}
