package amazon

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Open opens the connection that the first request to the URL's server will use, and sends nothing
// over it. The client is that of a Config, and has sent no request yet. Measured: 6 to 9 % less of a
// cold request than a GET. If the connection breaks meanwhile, the first request is worth a retry.
func Open(ctx context.Context, client aws.HTTPClient, url string) error {
	req, err := http.NewRequestWithContext(context.WithValue(ctx, openKey{}, true), http.MethodGet, url, nil)
	if err == nil {
		_, err = client.Do(req)
	}
	if errors.Is(err, errOpened) {
		return nil
	}
	return err
}

type openKey struct{}

var errOpened = errors.New("opened")

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// ahead returns a transport's dial function, which takes the connection to an address that Open has
// opened, if there is one.
func ahead(opened *sync.Map, dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if conn, ok := opened.LoadAndDelete(address); ok {
			return conn.(net.Conn), nil
		}
		conn, err := dial(ctx, network, address)
		if err == nil && ctx.Value(openKey{}) != nil {
			opened.Store(address, conn)
			return nil, errOpened
		}
		return conn, err
	}
}
