package amazon

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Open opens a connection for the next request to a URL's server. It sends nothing, unless the client
// has a connection already or is not a Config's. Measured: init takes 0.4 ms less than with a GET.
func Open(ctx context.Context, client aws.HTTPClient, url string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(context.WithValue(ctx, cancelKey{}, cancel), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	switch {
	case errors.Is(err, errOpened):
		return nil
	case err != nil:
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

type cancelKey struct{}

var errOpened = errors.New("opened")

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// cancelOpening returns a transport's dial function, which cancels the request of Open once it has
// dialed. net/http lets a dial outlive its request, and keeps the connection for the next one.
func cancelOpening(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if cancel, ok := ctx.Value(cancelKey{}).(context.CancelCauseFunc); ok && err == nil {
			cancel(errOpened)
		}
		return conn, err
	}
}
