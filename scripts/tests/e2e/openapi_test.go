package e2e

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// documentedRoutes finds the operation in openapi.yml that a request is for.
var documentedRoutes = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(checkout, "openapi.yml"))
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // on any port: it changes when the service starts again
	return gorillamux.NewRouter(doc)
})

// documented checks that openapi.yml has this answer to this request: its status, its
// headers, its body; and, where the service took the request, that it would have too.
func (a answer) documented(t *testing.T, r request) {
	t.Helper()
	router, err := documentedRoutes()
	require.NoError(t, err)
	req, err := http.NewRequest(r.method, r.target, strings.NewReader(r.body))
	require.NoError(t, err)
	req.Header = a.sent
	route, params, err := router.FindRoute(req)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		assert.Equal(t, http.StatusNotFound, a.status, "%s %s is not in openapi.yml", r.method, r.target)
		return
	}
	require.NoError(t, err)
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	if a.status < 300 {
		assert.NoError(t, openapi3filter.ValidateRequest(t.Context(), in), "%s %s was taken, and openapi.yml refuses it", r.method, r.target)
	}
	assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body)), Options: options,
	}), "the answer %d to %s %s is not what openapi.yml says", a.status, r.method, r.target)
}
